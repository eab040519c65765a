/** The calendar: days as lists of posts, by the browser's zone; moved by dragging or by keys. */

import { $, $$, face, h } from "./dom.js";
import { all, ask, root } from "./api.js";
import { sift } from "./filter.js";
import { warn } from "./said.js";
import { dates, daysOf, named, stepped } from "./days.js";
import * as moves from "./moving.js";
import * as slots from "./slots.js";
import { clockTime, dayName, dayOf, localise } from "./times.js";

const OPEN = ["draft", "scheduled", "held", "failed"];
/** What needs a person comes first. */
const LOUDEST = ["unsure", "failed", "held", "publishing", "pending", "scheduled", "draft", "published", "cancelled"];

const shown = { view: innerWidth < 700 ? "list" : "month", day: dayOf(new Date()), posts: new Map(), accounts: new Map() };

/** The address keeps what is shown, so that going back comes back to it. */
function recall() {
  const [view, day] = location.hash.slice(1).split("/");
  if (["month", "week", "list"].includes(view)) shown.view = view;
  if (/^\d{4}-\d\d-\d\d$/.test(day ?? "")) shown.day = day;
}

async function show() {
  history.replaceState(null, "", `#${shown.view}/${shown.day}`);
  $("#span").textContent = named(shown.view, shown.day);
  for (const each of $$("[data-view]")) each.ariaPressed = String(each.dataset.view === shown.view);
  const days = daysOf(shown.view, shown.day);
  draw(days);
  $("#calendar").ariaBusy = "true";
  try {
    await load(days);
    draw(days);
  } catch (problem) {
    warn(problem);
  } finally {
    $("#calendar").ariaBusy = "false";
  }
}

async function load(days) {
  const [from, to] = [dates(days[0]), dates(days.at(-1))];
  to.setDate(to.getDate() + 1);
  const tag = $("#tag").value;
  const span = `from=${from.toISOString()}&to=${to.toISOString()}${tag && `&tag=${encodeURIComponent(tag)}`}`;
  shown.posts.clear();
  for (const post of await all(`/v1/posts?${span}`, "posts")) shown.posts.set(post.id, post);
}

function draw(days) {
  const at = document.activeElement?.closest(".event")?.dataset.post;
  const byDay = grouped();
  $("#calendar").className = shown.view;
  $("#calendar").replaceChildren(weekdays(), h("ol", { class: "days" }, days.map((day) => dayBox(day, byDay.get(day) ?? []))));
  localise($("#calendar"));
  sift($("#search"));
  if (at) $(`.event[data-post="${CSS.escape(at)}"]`)?.focus();
}

function grouped() {
  const found = new Map();
  for (const post of [...shown.posts.values()].flatMap(moments)) {
    const day = dayOf(new Date(post.due));
    found.set(day, [...(found.get(day) ?? []), post]);
  }
  return found;
}

/** A post once for every moment at which a part of it is due, with the parts of that moment. */
function moments(post) {
  const parts = Map.groupBy(post.deliveries, (each) => each.due);
  if (parts.size < 2) return [{ ...post, due: post.deliveries[0]?.due ?? post.due }];
  const whole = post.deliveries.filter(open).length;
  return [...parts].map(([due, deliveries]) => ({
    ...post,
    due,
    deliveries,
    state: LOUDEST.find((state) => deliveries.some((each) => each.state === state)),
    fixed: deliveries.filter(open).length < whole,
  }));
}

const weekdays = () => h("p", { class: "weekdays", "aria-hidden": "true" }, ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].map((name) => h("span", {}, name)));

function dayBox(day, posts) {
  const today = dayOf(new Date());
  const date = dates(day);
  const marks = [day === today && "today", day < today && "gone", day.slice(0, 7) !== shown.day.slice(0, 7) && "other", !posts.length && "bare"];
  return h(
    "li",
    { class: ["box", ...marks].filter(Boolean).join(" "), "data-day": day },
    h(
      "h2",
      {},
      h("span", { class: "number", "aria-hidden": "true" }, String(date.getDate())),
      h("span", { class: "full" }, dayName(date)),
      day >= today ? h("a", { class: "add", href: `${root}/compose?at=${day}`, "aria-label": `New post on ${dayName(date)}` }, "+") : null,
    ),
    h("ul", {}, posts.sort((a, b) => a.due.localeCompare(b.due)).map(eventBox), slots.on(day)),
  );
}

function eventBox(post) {
  const text = (post.entries[0] ?? post.deliveries[0]?.entries[0])?.text || "(no text)";
  return h(
    "li",
    {
      class: `event ${post.state}`,
      draggable: movable(post) ? "true" : "false",
      "data-post": post.id,
      "data-item": true,
      tabindex: "0",
      "aria-label": `${clockTime(new Date(post.due))}, ${post.state}: ${text.slice(0, 60)}`,
    },
    h(
      "a",
      { class: "open", href: `${root}/posts/${post.id}`, tabindex: "-1", draggable: "false" },
      h("time", { datetime: post.due, "data-form": "time" }),
      h("span", { class: `state ${post.state}` }, post.state),
      post.series ? h("span", { class: "repeats", title: "It repeats" }, "↻") : null,
      h("span", { class: "text" }, text),
    ),
    h("span", { class: "faces" }, post.deliveries.slice(0, 5).map((each) => face(shown.accounts.get(each.account), each.platform))),
    movable(post) ? h("a", { hidden: true, "data-edit": true, href: `${root}/compose?post=${post.id}` }) : null,
    h("a", { hidden: true, "data-copy": true, href: `${root}/compose?copy=${post.id}` }),
  );
}

const open = (delivery) => OPEN.includes(delivery.state) && !delivery.receipts.length && !delivery.doubt;
/** A move takes along all that is open of a post, so it starts only where all of that stands. */
const movable = (post) => !post.fixed && post.deliveries.some(open);
const moving = (id) => moments(shown.posts.get(id)).find(movable);

/** What came of a move, as the API says it. */
function moved(post) {
  shown.posts.set(post.id, post);
  draw(daysOf(shown.view, shown.day));
}

function turn(by) {
  shown.day = stepped(shown.view, shown.day, by);
  show();
}

$("#back").onclick = () => turn(-1);
$("#on").onclick = () => turn(1);
/** Today is brought into view where it is not: the heading says the month and is not to be lost without need. */
const today = () => $(".list .today")?.getBoundingClientRect().top > innerHeight / 2 && $(".list .today").scrollIntoView();
$("#today").onclick = () => {
  shown.day = dayOf(new Date());
  show().then(today);
};
for (const each of $$("[data-view]")) {
  each.onclick = () => {
    shown.view = each.dataset.view;
    show();
  };
}
$("#tag").onchange = show;
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && !moves.busy() && show());

moves.begin($("#calendar"), moving, moved);
recall();
ask("GET", "/v1/tags")
  .then(({ tags }) => {
    $("#tagged").hidden = !tags.length;
    $("#tag").append(...tags.map(({ name }) => h("option", { value: name }, name)));
  })
  .catch(warn);
all("/v1/accounts", "accounts")
  .then((accounts) => accounts.forEach((each) => shown.accounts.set(each.id, each)))
  .then(() => slots.begin(shown.accounts, () => draw(daysOf(shown.view, shown.day))))
  .catch(warn)
  .then(show)
  .then(today);
