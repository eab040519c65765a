/** What every page has. */

import { $ } from "./dom.js";
import { ask } from "./api.js";
import * as deeds from "./deeds.js";
import * as exported from "./export.js";
import * as filter from "./filter.js";
import * as fresh from "./fresh.js";
import * as keys from "./keys.js";
import * as ticket from "./ticket.js";
import * as undo from "./undo.js";

for (const each of [fresh, deeds, exported, filter, keys, undo, ticket]) each.begin();

// A menu closes when somebody turns elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

fresh.whenever(async () => {
  const path = "/v1/deliveries?state=failed,unsure,held&limit=99";
  const { deliveries, next } = await ask("GET", path).catch(() => ({ deliveries: [], next: null }));
  const badge = $("#failing");
  badge.textContent = next ? "99+" : deliveries.length;
  badge.hidden = !deliveries.length;
  badge.title = `${badge.textContent} waiting for you`;
});
