/** Free slots of one account in the calendar, faint, for whoever asks for them. */

import { $, h } from "./dom.js";
import { ask, root } from "./api.js";
import { warn } from "./said.js";
import { clockTime, dayOf, localIn } from "./times.js";

/** How many are shown: the most that the API tells at once. */
const MANY = 50;

let account = "";
let free = [];

/** `changed()` hears when there are others to show. */
export function begin(accounts, changed) {
  const names = [...accounts.values()].map((each) => h("option", { value: each.id }, each.handle || each.name));
  $("#slots").replaceChildren(h("option", { value: "" }, "no account"), ...names);
  $("#slots").onchange = async () => {
    account = $("#slots").value;
    try {
      free = account ? (await ask("GET", `/v1/accounts/${account}/slots/next?count=${MANY}`)).slots : [];
    } catch (problem) {
      free = [];
      warn(problem);
    }
    changed();
  };
}

/** A day's free slots, as links to a post for that very moment. */
export const on = (day) => free.map(({ at }) => new Date(at)).filter((at) => dayOf(at) === day).map(link);

const link = (at) =>
  h("li", { class: "slot" }, h("a", { href: `${root}/compose?account=${account}&at=${localIn(at)}`, "aria-label": `Free slot at ${clockTime(at)}: write a post for it` }, clockTime(at)));
