/** What Lamppost says about a draft, beside what it is about: counts and complaints at their entries, options, comment. */

import { $, $$, face, h } from "./dom.js";
import { ALL, entriesOf } from "./work.js";

/** Shows `{complaints, counts}` for the tab that is turned to; `of` has `{work, active, accounts, platforms}`. */
export function show({ complaints, counts }, of) {
  const own = complaints.filter(({ account }) => of.active === ALL || account === of.active);
  const entries = entriesOf(of.work, of.active).length;
  for (const each of $$("[data-counts]")) each.replaceChildren(...countsOf(Number(each.dataset.counts), counts, of));
  for (const each of $$("[data-wrong]")) {
    const number = Number(each.dataset.wrong);
    const last = number === entries - 1;
    fill(each, own.filter((said) => !beside(said, of) && (said.entry === number || (last && said.entry > number))), of);
    mark($(`[data-entry="${number}"]`), each);
  }
  fill($("#unfit"), own.filter((said) => beside(said, of)), of);
}

/** Whether a complaint is about an option whose field is on the page. */
const beside = ({ option }, { active }) => option && active !== ALL;

const fill = (list, complaints, of) => list.replaceChildren(...complaints.map((said) => complaint(said, of)));

function complaint({ account, entry, sentence }, { work, active, accounts }) {
  const found = accounts.get(account);
  const where = entry && entriesOf(work, account).length > 1 ? ` (entry ${entry + 1})` : "";
  return h("li", {}, active === ALL && found ? [face(found, found.platform), ` ${found.handle || found.name}: `] : null, `${sentence}${where}`);
}

/** A field that has complaints is known as wrong, with them as its description. */
function mark(field, list) {
  if (!field) return;
  if (list.childElementCount) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

function countsOf(entry, counts, { work, active, accounts, platforms }) {
  const shown = counts.filter((each) => each.entry === entry && (active === ALL ? !work.own[each.account] : each.account === active));
  const name = ({ account }) => platforms.get(accounts.get(account)?.platform)?.title ?? "";
  const words = new Map(shown.map((each) => [`${active === ALL ? `${name(each)} ` : ""}${each.used}/${each.most}`, each.used > each.most]));
  return [...words].map(([said, over]) => h("span", { class: over ? "over" : "" }, said));
}
