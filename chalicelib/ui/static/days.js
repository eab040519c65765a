/** Days as texts (`2026-11-24`) in the browser's zone; weeks begin on Monday. */

import { dayOf } from "./times.js";

/** Midnight of a day, by the browser's zone. */
export function dates(day) {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(year, month - 1, date);
}

/** The day that is `by` days later; a day of 23 hours counts as one. */
export function plus(day, by) {
  const date = dates(day);
  date.setDate(date.getDate() + by);
  return dayOf(date);
}

const monday = (day) => plus(day, -((dates(day).getDay() + 6) % 7));

/** The days that a view of this day shows. */
export function daysOf(view, day) {
  if (view === "week") return run(monday(day), 7);
  const first = `${day.slice(0, 7)}-01`;
  const length = daysIn(first);
  if (view === "list") return run(first, length);
  const start = monday(first);
  const lead = Math.round((dates(first) - dates(start)) / 86_400_000);
  return run(start, Math.ceil((lead + length) / 7) * 7);
}

const run = (start, length) => Array.from({ length }, (_, number) => plus(start, number));
const daysIn = (first) => new Date(Number(first.slice(0, 4)), Number(first.slice(5, 7)), 0).getDate();

/** A week or a month on or back. */
export function stepped(view, day, by) {
  if (view === "week") return plus(day, 7 * by);
  const date = dates(`${day.slice(0, 7)}-01`);
  date.setMonth(date.getMonth() + by);
  return dayOf(date);
}

/** What a view shows, for its heading. */
export function named(view, day) {
  const format = (options, at) => new Intl.DateTimeFormat("en-GB", options).format(dates(at));
  if (view !== "week") return format({ month: "long", year: "numeric" }, day);
  const days = daysOf("week", day);
  return `${format({ day: "numeric", month: "short" }, days[0])} – ${format({ day: "numeric", month: "short", year: "numeric" }, days[6])}`;
}
