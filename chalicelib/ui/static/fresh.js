/** The page as the server has it by now, put in place of the old one: nothing is shown that is not so. */

import { $, $$ } from "./dom.js";
import { now } from "./api.js";
import { localise } from "./times.js";
import { warn } from "./said.js";

/** Milliseconds between looks while something is on its way; they grow when nothing changes. */
const SOON = 3000;
const SELDOM = 30_000;

let known = "";
let pause = SOON;
let timer;
const after = [];

/** Calls `act(main)` now and whenever the page's content has been put in anew. */
export function whenever(act) {
  after.push(act);
  act($("#main"));
}

export function begin() {
  known = $("#main").innerHTML;
  localise(document.body);
  after.push(localise);
  plan();
  if (own()) return;
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
}

/** Whether the page's content is made in the browser, and not by the server. */
const own = () => "own" in $("#main").dataset;

/** Looks at the server's page again. */
export async function refresh() {
  if (own()) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!page.querySelector("header.top")) {
    location.reload(); // signed out meanwhile
    return;
  }
  const main = page.querySelector("#main");
  if (main.innerHTML === known) {
    grow();
    return;
  }
  known = main.innerHTML;
  pause = SOON;
  put(main);
  plan();
}

function put(main) {
  const old = $("#main");
  const open = $$("details[open][id]", old).map((each) => each.id);
  const focused = document.activeElement?.closest("[id]")?.id;
  old.replaceChildren(...main.childNodes);
  for (const name of ["soonest", "troubled"]) {
    if (name in main.dataset) old.dataset[name] = main.dataset[name];
    else delete old.dataset[name];
  }
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  after.forEach((act) => act(old));
  document.getElementById(focused)?.focus({ preventScroll: true });
}

function grow() {
  pause = Math.min(pause * 1.5, SELDOM);
  plan();
}

/** Looks again when something should have happened: nothing is asked while nothing is due. */
function plan() {
  clearTimeout(timer);
  const soonest = $("#main").dataset.soonest;
  if (!soonest) return;
  const wait = Math.max(pause, Date.parse(soonest) - now());
  if (wait < 2 ** 31) timer = setTimeout(look, wait);
}

/** A look of its own accord leaves alone what a person is typing. */
async function look() {
  const typing = $("#main").contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
  if (typing || $("dialog[open]") || document.visibilityState !== "visible") return plan();
  try {
    await refresh();
  } catch {
    grow(); // no line just now; what is shown carries on being the last that was known
  }
}

/** After a deed: the page must say what came of it. */
export async function renew() {
  try {
    await refresh();
  } catch {
    warn("The page could not be brought up to date. Reload it.");
  }
}
