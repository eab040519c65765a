/** An account's week of posting times: taken away by pressing one, added below, saved as a whole. */

import { $, h } from "./dom.js";
import { ask } from "./api.js";
import { say, sure, warn } from "./said.js";
import { isZone, spoken, zone } from "./times.js";

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const path = `/v1/accounts/${$("#main").dataset.account}/slots`;

let table = { zone, slots: [], own: false };

const same = (one, other) => one.weekday === other.weekday && one.time === other.time;

function draw() {
  $("#zone").value = table.zone;
  $("#common").hidden = table.own;
  $("#reset").hidden = !table.own;
  $("#week").replaceChildren(...DAYS.map(day));
}

function day(name, weekday) {
  const times = table.slots.filter((slot) => slot.weekday === weekday).sort((a, b) => a.time.localeCompare(b.time));
  const chips = times.map((slot) => h("li", {}, h("button", { type: "button", "aria-label": `Remove ${slot.time} on ${name}`, onclick: () => remove(slot) }, `${slot.time} ×`)));
  return h("li", {}, h("b", {}, name), chips.length ? h("ul", {}, chips) : h("span", { class: "note" }, "nothing"));
}

function remove(slot) {
  table.slots = table.slots.filter((each) => !same(each, slot));
  draw();
  $("#add").focus();
}

function add() {
  const time = $("#time").value.slice(0, 5);
  if (!time) return $("#time").focus();
  for (const weekday of [...$("#days").value].map(Number)) {
    const slot = { weekday, time };
    if (!table.slots.some((each) => same(each, slot))) table.slots.push(slot);
  }
  draw();
}

async function save(event) {
  event.preventDefault();
  await put(() => ask("PUT", path, { zone: table.zone, slots: table.slots }), "Saved.");
}

async function reset() {
  if (!(await sure("The account gets Lamppost's common times again.", "Back to the common times"))) return;
  await put(() => ask("DELETE", path), "The common times hold again.");
}

async function put(deed, said) {
  try {
    table = await deed();
    draw();
    say(said);
    await ahead();
  } catch (problem) {
    warn(problem);
  }
}

async function ahead() {
  const { slots } = await ask("GET", `${path}/next?count=5`);
  const lines = slots.map(({ at, said }) => h("li", {}, spoken(new Date(at)), said ? h("small", {}, ` ${said}`) : null));
  $("#free").replaceChildren(...(lines.length ? lines : [h("li", { class: "note" }, "None: add a time above.")]));
}

async function begin() {
  table = await ask("GET", path);
  const zones = new Set([zone, "UTC", ...(Intl.supportedValuesOf?.("timeZone") ?? [])]);
  $("#zones").replaceChildren(...[...zones].map((each) => h("option", { value: each })));
  $("#zone").onchange = () => {
    if (isZone($("#zone").value)) table.zone = $("#zone").value;
    $("#zone").value = table.zone;
  };
  $("#add").onclick = add;
  $("#reset").onclick = reset;
  $("#timetable").onsubmit = save;
  draw();
  $("#timetable").inert = false;
  await ahead();
}

begin().catch(warn);
