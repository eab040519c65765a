/** One tab for what all accounts share and one for each account, with its count and its complaints. */

import { $, $$, face, h } from "./dom.js";
import { ALL } from "./work.js";

/** Draws the tabs; `chosen(tab)` hears which one is turned to. With one account there is nothing to turn to. */
export function draw(list, work, accounts, platforms, active, chosen) {
  const ids = work.targets.length > 1 ? [ALL, ...work.targets] : work.targets;
  const focused = list.contains(document.activeElement);
  list.replaceChildren(...ids.map((id, number) => tab(id, number, work, accounts.get(id), platforms, active, chosen)));
  list.onkeydown = (event) => turn(event, list);
  if (focused) $("[aria-selected=true]", list)?.focus();
}

function tab(id, number, work, account, platforms, active, chosen) {
  const words = id === ALL ? "All accounts" : account.handle || account.name;
  const marks = [
    id !== ALL && work.own[id] ? h("span", { class: "ownmark", title: "It says something of its own" }, "own") : null,
    h("span", { class: "used", "data-used": id }),
    h("span", { class: "bad", "data-bad": id }),
  ];
  return h(
    "button",
    {
      type: "button",
      role: "tab",
      id: `tab-${id}`,
      "aria-selected": String(id === active),
      "aria-controls": "panel",
      tabindex: id === active ? "0" : "-1",
      title: id === ALL ? "" : `${platforms.get(account.platform)?.title ?? account.platform} ${words} (Alt ${number + 1})`,
      onclick: () => chosen(id),
    },
    id === ALL ? null : face(account, account.platform),
    h("span", { class: "name" }, words),
    marks,
  );
}

function turn(event, list) {
  const tabs = $$("[role=tab]", list);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
  next.focus();
  next.click();
}

/** The longest entry of each account against its limit, and how many complaints there are. */
export function mark(list, { counts, complaints }) {
  for (const each of $$("[data-used]", list)) {
    const own = counts.filter((count) => count.account === each.dataset.used);
    const worst = own.toSorted((a, b) => b.used / b.most - a.used / a.most)[0];
    each.textContent = worst ? `${worst.used}/${worst.most}` : "";
    each.classList.toggle("over", Boolean(worst && worst.used > worst.most));
  }
  for (const each of $$("[data-bad]", list)) {
    const many = complaints.filter(({ account }) => each.dataset.bad === ALL || account === each.dataset.bad).length;
    each.textContent = many ? String(many) : "";
    each.title = many ? `${many} ${many === 1 ? "thing stands" : "things stand"} in the way` : "";
  }
}
