/** One control for when: now, at a time in a zone, or not yet. */

import { $, $$, h } from "./dom.js";
import { isZone, localIn, spoken, zone } from "./times.js";

const DEEDS = { now: "Publish now", slot: "Schedule", at: "Schedule", draft: "Save draft" };

/** `current()` answers with what is composed, `changed()` hears of every change. */
export function wire(current, changed) {
  for (const each of $$("[name=when]")) {
    each.onchange = () => {
      const work = current();
      work.when = each.value;
      if (each.value === "at" && !work.at) work.at = nextHour(work.zone);
      draw(work);
      changed();
    };
  }
  $("#at").oninput = () => {
    current().at = $("#at").value;
    changed();
  };
  $("#zone").onchange = () => {
    if (isZone($("#zone").value)) current().zone = $("#zone").value;
    $("#zone").value = current().zone;
    changed();
  };
  const zones = new Set([zone, "UTC", ...(Intl.supportedValuesOf?.("timeZone") ?? [])]);
  $("#zones").replaceChildren(...[...zones].map((each) => h("option", { value: each })));
}

const nextHour = (where) => `${localIn(new Date(Date.now() + 3_600_000), where).slice(0, 13)}:00`;

export function draw(work) {
  $(`[name=when][value=${work.when}]`).checked = true;
  $("#moment").hidden = work.when !== "at";
  if ($("#at").value !== work.at) $("#at").value = work.at;
  $("#zone").value = work.zone;
  $("#send").textContent = DEEDS[work.when];
}

/** The moment as Lamppost understands it, and what is odd about it. */
export function tell(work, { due, said }) {
  const sentences = {
    now: "It goes out in ten seconds; until then you can take it back.",
    slot: due ? [`${spoken(new Date(due))}, ${zone} time.`, said].filter(Boolean).join(" ") : "The first slot that all the chosen accounts have free.",
    at: due ? [`${spoken(new Date(due))}, ${zone} time.`, said].filter(Boolean).join(" ") : "",
    draft: "It is saved and does not go out.",
  };
  $("#due").textContent = sentences[work.when];
}

export function missing() {
  $("#due").textContent = "Choose a day and a time.";
  $("#at").focus();
}
