/** A search field shows of what its `data-filter` names only what holds every word. */

import { $$ } from "./dom.js";

export function begin() {
  document.addEventListener("input", (event) => {
    if (event.target.matches("input[data-filter]")) sift(event.target);
  });
  // A search inside another form must not send it.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches?.("input[data-filter]")) event.preventDefault();
  });
}

export function sift(input) {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const each of $$(input.dataset.filter)) {
    const text = each.textContent.toLowerCase();
    each.hidden = !words.every((word) => text.includes(word));
  }
  for (const day of $$(".lines .day")) day.hidden = !follows(day);
}

/** Whether a day's heading has anything below it that is shown. */
function follows(day) {
  for (let each = day.nextElementSibling; each && !each.matches(".day"); each = each.nextElementSibling) {
    if (!each.hidden) return true;
  }
  return false;
}
