/** The keyboard: one letter each, two for going somewhere, silent while somebody types. */

import { $, $$, h } from "./dom.js";
import { root } from "./api.js";

const PLACES = { q: "/", c: "/calendar", f: "/failures" };

const HELP = [
  ["n", "New post"],
  ["/", "Search"],
  ["g q", "Queue"],
  ["g c", "Calendar"],
  ["g f", "Failures"],
  ["j  k", "Next, previous"],
  ["Enter", "Open"],
  ["e", "Edit"],
  ["d", "Duplicate"],
  ["r", "Retry"],
  ["m", "Move to another day (calendar)"],
  ["Ctrl Enter", "Send, when composing"],
  ["Alt 1…9", "An account's tab, when composing"],
  ["?", "This list"],
];

let going = 0;

export function begin() {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.matches?.("input[type=search]")) event.target.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || $("dialog[open]")) return;
    const act = go(event) ?? KEYS[event.key];
    if (act && act() !== false) event.preventDefault();
  });
  document.addEventListener("click", (event) => event.target.closest("[data-keys]") && help());
}

const typing = (element) => element.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

/** The second letter after `g`, if it comes in time. */
function go(event) {
  const waiting = Date.now() - going < 1500;
  going = event.key === "g" ? Date.now() : 0;
  return waiting && event.key in PLACES ? () => open(PLACES[event.key]) : undefined;
}

const open = (path) => location.assign(root + path);

const KEYS = {
  n: () => open("/compose"),
  "/": () => press("#search", (field) => field.select()),
  j: () => step(1),
  k: () => step(-1),
  e: () => press("[data-edit]"),
  d: () => press("[data-copy]"),
  r: () => press("[data-retry]"),
  Enter: () => document.activeElement.matches("[data-item]") && press(".open"),
  "?": help,
};

/** Clicks (or else) what the focused item, or the page, has of this. */
function press(selector, act = (found) => found.click()) {
  const found = $(selector, document.activeElement.closest("[data-item]") ?? $("#main"));
  if (!found) return false;
  found.focus();
  return act(found);
}

function step(by) {
  const items = $$("[data-item]").filter((each) => !each.hidden && each.offsetParent);
  if (!items.length) return;
  const at = items.indexOf(document.activeElement.closest("[data-item]"));
  const next = items[at < 0 && by < 0 ? items.length - 1 : Math.min(Math.max(at + by, 0), items.length - 1)];
  if (!next.hasAttribute("tabindex")) next.tabIndex = -1;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function help() {
  const rows = HELP.map(([keys, does]) => [h("dt", {}, ...keys.split(/ +/).flatMap((key) => [h("kbd", {}, key), " "])), h("dd", {}, does)]);
  const dialog = h(
    "dialog",
    { class: "keys", "aria-label": "Keyboard shortcuts", onclose: () => dialog.remove() },
    h("form", { method: "dialog" }, h("h2", {}, "Keys"), h("dl", {}, ...rows), h("button", {}, "Close")),
  );
  document.body.append(dialog);
  dialog.showModal();
}
