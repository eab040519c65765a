/** Moving a post to another day, by mouse or by keys; it keeps its hour. */

import { $, $$ } from "./dom.js";
import { ask } from "./api.js";
import { dates, plus } from "./days.js";
import { say, warn } from "./said.js";
import { dayName, dayOf, localIn, spoken, zone } from "./times.js";

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/** By keys: the post, and the day it would go to. */
let taken = null;
let dragged = "";

export const busy = () => Boolean(taken || dragged);

/** `post(id)` answers with a post, `moved(post)` hears of one that has moved. */
export function begin(calendar, post, moved) {
  const move = (id, day) => send(calendar, post(id), day, moved);
  calendar.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.(".event")?.dataset.post ?? "";
    event.dataTransfer.setData("text/plain", dragged);
    event.dataTransfer.effectAllowed = "move";
  });
  calendar.addEventListener("dragend", () => {
    dragged = "";
    mark(calendar, null);
  });
  calendar.addEventListener("dragover", (event) => {
    const box = dragged && event.target.closest("[data-day]");
    if (!box) return;
    event.preventDefault();
    mark(calendar, box.dataset.day);
  });
  calendar.addEventListener("drop", (event) => {
    const box = event.target.closest("[data-day]");
    if (!dragged || !box) return;
    event.preventDefault();
    move(dragged, box.dataset.day);
  });
  calendar.addEventListener("keydown", (event) => byKey(event, calendar, post, move));
  calendar.addEventListener("focusout", () => taken && !calendar.contains(document.activeElement) && drop(calendar));
}

function mark(calendar, day) {
  for (const box of $$(".over", calendar)) box.classList.remove("over");
  if (day) $(`[data-day="${day}"]`, calendar)?.classList.add("over");
}

function byKey(event, calendar, post, move) {
  const box = event.target.closest(".event");
  if (!box || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!taken && event.key === "m" && box.draggable) take(box, calendar, post);
  else if (taken && event.key in STEPS) point(calendar, plus(taken.day, STEPS[event.key]));
  else if (taken && event.key === "Enter") put(calendar, move);
  else if (taken && event.key === "Escape") drop(calendar);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function take(box, calendar, post) {
  taken = { id: box.dataset.post, day: dayOf(new Date(post(box.dataset.post).due)) };
  box.classList.add("taken");
  say("Move it with the arrows, then press Enter. Escape leaves it where it is.");
  mark(calendar, taken.day);
}

function point(calendar, day) {
  if (!$(`[data-day="${day}"]`, calendar)) return;
  taken.day = day;
  mark(calendar, day);
  say(dayName(dates(day)));
}

function put(calendar, move) {
  const { id, day } = taken;
  drop(calendar);
  move(id, day);
}

function drop(calendar) {
  taken = null;
  mark(calendar, null);
  for (const box of $$(".taken", calendar)) box.classList.remove("taken");
}

/** The same hour by the browser's zone; Lamppost says which moment that is. */
async function send(calendar, post, day, moved) {
  const local = localIn(new Date(post.due));
  if (local.slice(0, 10) === day) return;
  const box = $(`[data-post="${CSS.escape(post.id)}"]`, calendar);
  const seconds = post.due.match(/:\d\d(\.\d+)?(?=Z)/)[0];
  box.ariaBusy = "true";
  try {
    const answer = await ask("PATCH", `/v1/posts/${post.id}`, { when: day + local.slice(10) + seconds, zone });
    moved(answer);
    say(`Moved to ${spoken(new Date(answer.due))}.`);
  } catch (problem) {
    box.ariaBusy = "false";
    warn(problem);
  }
}
