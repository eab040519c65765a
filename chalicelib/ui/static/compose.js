/** The composer. Its state is one object (`work.js`); what it may not be is said by Lamppost (`checks.js`). */

import { $, $$, face, h, later } from "./dom.js";
import { Silence, all, ask, root } from "./api.js";
import { checker } from "./checks.js";
import * as drafts from "./drafts.js";
import * as endings from "./endings.js";
import * as entries from "./entries.js";
import { form } from "./options.js";
import * as preview from "./preview.js";
import * as repeating from "./repeating.js";
import { sure, warn } from "./said.js";
import { Overtaken, send } from "./sending.js";
import { start } from "./start.js";
import * as tabs from "./tabs.js";
import * as telling from "./telling.js";
import * as when from "./when.js";
import { ALL, blank, changeable, entriesOf, fresh, isEmpty, missing } from "./work.js";

const accounts = new Map();
const platforms = new Map();
let work = fresh();
let name = "";
let base = "";
let replaced = [];
let active = ALL;
let told = { complaints: [], counts: [], due: null, said: "", wrong: "" };

const check = checker((found) => {
  // What this post stands in for is no other post.
  const own = new Set(replaced.map((each) => each.split(".")[0]));
  told = { ...found, complaints: found.complaints.filter((each) => !own.has(each.post)) };
  showTold();
});

const keep = later(() => {
  const empty = isEmpty(work);
  if (empty) drafts.forget(name);
  const kept = !empty && drafts.keep(name, work, base);
  $("#kept").textContent = empty ? "" : kept ? "Kept in this browser" : "This browser keeps nothing: save it as a draft";
  $("#anew").hidden = empty;
}, 300);

/** Something has changed: kept, checked, and drawn anew where more than a text did. */
function changed(again = false) {
  keep();
  check(work);
  if (again) draw();
  else drawTabs();
}

// -- drawing ---------------------------------------------------------------------------------------------------

function draw() {
  if (active !== ALL && !work.targets.includes(active)) active = ALL;
  if (work.targets.length === 1) [active] = work.targets;
  drawTargets();
  drawTabs();
  const back = entries.caret($("#entries"));
  entries.draw($("#entries"), entriesOf(work, active), () => changeable(work, active), changed);
  back();
  drawOptions();
  when.draw(work);
  repeating.draw(work);
  showTold();
}

function drawTargets() {
  const items = [...accounts.values()].map(target);
  const focused = $("#targets").contains(document.activeElement) && document.activeElement.value;
  $("#targets").replaceChildren(...items);
  if (focused) $(`#targets input[value="${CSS.escape(focused)}"]`)?.focus();
  $("#all").ariaPressed = String(accounts.size > 0 && work.targets.length === accounts.size);
  $("#find").hidden = accounts.size < 8;
}

function target(account) {
  const title = platforms.get(account.platform)?.title ?? account.platform;
  const box = h("input", { type: "checkbox", class: "hidden", value: account.id, checked: work.targets.includes(account.id), onchange: () => choose(account.id, box.checked) });
  return h(
    "li",
    { class: "target" },
    h("label", {}, box, face(account, account.platform), h("span", {}, account.handle || account.name, h("small", {}, ` ${title}`), account.health === "fine" ? null : h("small", { class: "trouble" }, " needs reconnecting"))),
  );
}

function choose(id, on) {
  work.targets = [...accounts.keys()].filter((each) => (each === id ? on : work.targets.includes(each)));
  changed(true);
}

function drawTabs() {
  tabs.draw($("#tabs"), work, accounts, platforms, active, turn);
  tabs.mark($("#tabs"), told);
  $("#panel").setAttribute("aria-labelledby", `tab-${active}`);
  drawOwn();
}

function turn(tab) {
  active = tab;
  draw();
}

function drawOwn() {
  const own = active !== ALL && work.targets.length > 1;
  $("#own").hidden = !own;
  if (!own) return;
  const back = h("button", { type: "button", class: "quiet small", onclick: share }, "Back to the shared text");
  $("#own").replaceChildren(...(work.own[active] ? ["This account says something of its own. ", back] : ["It says what all say. Type here to say something else on this account."]));
}

function share() {
  delete work.own[active];
  changed(true);
}

function drawOptions() {
  const account = accounts.get(active);
  const platform = platforms.get(account?.platform);
  const has = Object.keys(platform?.options.properties ?? {}).length > 0;
  $("#settings").hidden = !has;
  if (!has || $("#settings").dataset.of === active) return;
  $("#settings").dataset.of = active;
  $("#settings").open = Boolean(platform.options.required?.length || Object.keys(work.options[active] ?? {}).length);
  $("#settings summary").textContent = `${platform.title}'s own settings`;
  const put = (values) => {
    work.options[account.id] = { ...values };
    changed();
  };
  $("#options").replaceChildren(...form(platform.options, work.options[active] ?? {}, put, active, platform.tools));
}

// -- what Lamppost says ----------------------------------------------------------------------------------------

function showTold() {
  const of = { work, active, accounts, platforms };
  tabs.mark($("#tabs"), told);
  telling.show(told, of);
  preview.draw(told, of);
  when.tell(work, told);
  repeating.tell(work, told);
  $("#why").textContent = waiting() || told.wrong;
}

/** What must be there before it can be sent. */
function waiting() {
  if (!work.targets.length) return accounts.size ? "Choose at least one account." : "Connect an account first.";
  const files = missing(work);
  if (files.some((file) => file.wrong)) return "A file cannot be used: remove it.";
  return files.length ? "Files are still on their way." : "";
}

// -- sending ---------------------------------------------------------------------------------------------------

async function submit(event, again = false) {
  event?.preventDefault?.();
  if ($("#send").ariaDisabled === "true") return;
  if (waiting()) return warn(waiting());
  if (work.when === "at" && !work.at) return when.missing();
  $("#send").ariaDisabled = "true";
  let twice = false;
  try {
    const post = await send(work, replaced, again);
    drafts.forget(name);
    work = fresh();
    location.assign(`${root}/posts/${post.id}`);
  } catch (problem) {
    if (problem.code === "same-text") twice = await sure(problem.message, "Post it again");
    else refused(problem);
  } finally {
    $("#send").ariaDisabled = "false";
  }
  if (twice) await submit(null, true);
}

function refused(problem) {
  if (problem instanceof Overtaken) {
    work.targets = work.targets.filter((id) => !problem.accounts.includes(id));
    changed(true);
  }
  if (problem.errors?.some((each) => each.account)) {
    told = { ...told, complaints: problem.errors };
    active = problem.errors[0].account;
    draw();
  }
  warn(problem instanceof Silence ? "No answer came: it may be saved. Press again, it will not be there twice." : problem);
}

// -- the beginning ---------------------------------------------------------------------------------------------

function wire() {
  $("#composer").onsubmit = submit;
  $("#add").onclick = () => {
    changeable(work, active).push(blank());
    changed(true);
    $("#entries li:last-child textarea").focus();
  };
  $("#all").onclick = () => {
    work.targets = work.targets.length === accounts.size ? [] : [...accounts.keys()];
    changed(true);
  };
  $("#anew").onclick = async () => {
    if (!(await sure("What you have written here is in this browser only. It is thrown away.", "Throw it away"))) return;
    drafts.forget(name);
    work = fresh();
    location.reload();
  };
  when.wire(() => work, (again) => {
    repeating.draw(work);
    changed(again);
  });
  repeating.wire(() => work, changed);
  endings.wire(() => work, changed);
  document.addEventListener("keydown", shortcuts);
  addEventListener("pagehide", () => isEmpty(work) || drafts.keep(name, work, base));
  addEventListener("online", () => check(work));
  addEventListener("beforeunload", (event) => missing(work).some((file) => !file.wrong) && event.preventDefault());
}

function shortcuts(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit();
  else if (event.altKey && /^Digit[1-9]$/.test(event.code)) $$("#tabs [role=tab]")[Number(event.code.at(-1)) - 1]?.click();
  else return;
  event.preventDefault();
}

async function begin() {
  const [known, offered] = await Promise.all([all("/v1/accounts", "accounts"), ask("GET", "/v1/platforms")]);
  for (const each of offered.platforms) platforms.set(each.key, each);
  for (const each of known) accounts.set(each.id, each);
  drafts.forgetOld();
  const begun = await start(new URLSearchParams(location.search), accounts);
  ({ work, name, replaced, base } = begun);
  await endings.begin(work, name.startsWith("new:") && !begun.kept);
  endings.draw(work);
  $("#title").textContent = begun.title;
  $("#kept").textContent = begun.kept;
  $("#anew").hidden = !begun.kept;
  wire();
  draw();
  check(work);
  $("#composer").inert = false;
  $("#entries textarea").focus();
}

begin().catch(warn);
