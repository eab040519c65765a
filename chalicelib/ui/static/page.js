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

fresh.whenever(async ({ dataset: { troubled } }) => {
  const many = troubled === undefined ? await waiting() : Number(troubled);
  const badge = $("#failing");
  badge.textContent = many > 99 ? "99+" : many;
  badge.hidden = !many;
  badge.title = `${badge.textContent} waiting for you`;
});

/** How many deliveries wait for a person, where the page itself does not know; more than 99 are not counted. */
async function waiting() {
  const path = "/v1/deliveries?state=failed,unsure,held&limit=99";
  const { deliveries, next } = await ask("GET", path).catch(() => ({ deliveries: [], next: null }));
  return deliveries.length + (next ? 1 : 0);
}
