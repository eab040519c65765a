/** Whether a post repeats, how often, and until when. */

import { $ } from "./dom.js";
import { spoken } from "./times.js";

const FRESH = { every: 1, unit: "weeks", end: "times", times: 10, until: "" };
/** Fields of the form, each of which is a field of `work.repeat`. */
const FIELDS = ["every", "unit", "end", "times", "until"];

/** `current()` answers with what is composed, `changed()` hears of every change. */
export function wire(current, changed) {
  $("#repeats").onchange = () => {
    current().repeat = $("#repeats").checked ? { ...FRESH } : null;
    draw(current());
    changed();
  };
  for (const name of FIELDS) {
    $(`#${name}`).oninput = () => {
      current().repeat[name] = $(`#${name}`).value;
      draw(current());
      changed();
    };
  }
}

export function draw(work) {
  $("#repeating").hidden = work.when === "draft";
  $("#whether").hidden = Boolean(work.series);
  $("#repeats").checked = Boolean(work.repeat);
  $("#rhythm").hidden = !work.repeat;
  if (!work.repeat) return;
  for (const name of FIELDS) {
    const field = $(`#${name}`);
    if (field.value !== String(work.repeat[name])) field.value = work.repeat[name];
  }
  $("#by-times").hidden = work.repeat.end !== "times";
  $("#by-until").hidden = work.repeat.end !== "until";
}

/** How often it goes out, and when for the last time, as Lamppost understands it. */
export function tell(work, { repeats }) {
  $("#lasting").textContent = work.repeat && repeats ? `${repeats.times} times, for the last time ${spoken(new Date(repeats.last))}.` : "";
}

/** As the API wants it; `before` occurrences count as well, where a series is changed. */
export function repeatOf({ when, repeat }, before = 0) {
  if (!repeat || when === "draft") return null;
  const { every, unit, end, times, until } = repeat;
  return { every: Number(every), unit, ...(end === "times" ? { times: before + Number(times) } : until ? { until } : {}) };
}

/** What is left of a series from an occurrence on. */
export const leftOf = ({ every, unit, times }, number) => ({ ...FRESH, every, unit, times: times - number });
