/** Moments in the browser's zone, and days as people name them. */

import { $$, h } from "./dom.js";

export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
/** The pages are in English; the rest of the person's habits stays. */
const locale = navigator.language.startsWith("en") ? navigator.language : "en-GB";

const shape = (options) => new Intl.DateTimeFormat(locale, options);
const TIME = shape({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const WEEKDAY = shape({ weekday: "short" });
const DAY = shape({ day: "numeric", month: "short" });
const DAY_OF_YEAR = shape({ day: "numeric", month: "short", year: "numeric" });
const LONG = shape({ weekday: "long", day: "numeric", month: "long" });
const LONG_OF_YEAR = shape({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const AWAY = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** `2026-11-24`, the day as the browser's zone has it. */
export const dayOf = (date) => [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
const two = (number) => String(number).padStart(2, "0");

/** Whole days from today; tomorrow is 1. */
const daysAway = (date) => Math.round((Date.parse(dayOf(date)) - Date.parse(dayOf(new Date()))) / 86_400_000);
const thisYear = (date) => date.getFullYear() === new Date().getFullYear();

/** "Today", "Tomorrow", "Thursday 24 December". */
export function dayName(date) {
  const away = daysAway(date);
  if (Math.abs(away) <= 1) return AWAY.format(away, "day").replace(/^./, (first) => first.toUpperCase());
  return (thisYear(date) ? LONG : LONG_OF_YEAR).format(date);
}

export const clockTime = (date) => TIME.format(date);

/** "in 5 minutes", "3 days ago". */
export function fromNow(date) {
  const seconds = (date - new Date()) / 1000;
  const size = Math.abs(seconds);
  if (size < 90) return AWAY.format(Math.round(seconds), "second");
  if (size < 5400) return AWAY.format(Math.round(seconds / 60), "minute");
  if (size < 129_600) return AWAY.format(Math.round(seconds / 3600), "hour");
  return AWAY.format(Math.round(seconds / 86_400), "day");
}

const FORMS = {
  time: clockTime,
  short: (date) => {
    const away = daysAway(date);
    if (away === 0) return clockTime(date);
    if (Math.abs(away) < 6) return `${WEEKDAY.format(date)} ${clockTime(date)}`;
    return (thisYear(date) ? DAY : DAY_OF_YEAR).format(date);
  },
  moment: (date) => `${(thisYear(date) ? DAY : DAY_OF_YEAR).format(date)}, ${clockTime(date)}`,
  full: (date) => `${dayName(date)}, ${clockTime(date)} (${fromNow(date)})`,
};

/** A moment for a sentence. */
export const spoken = (date) => FORMS.full(date);

/** `2026-11-24T18:00`, as an input of type `datetime-local` wants it, in any zone. */
export function localIn(date, where = zone) {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: where, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
  }).formatToParts(date);
  const part = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return `${part.year.padStart(4, "0")}-${part.month}-${part.day}T${part.hour}:${part.minute}`;
}

/** Whether the browser knows a zone of that name. */
export function isZone(name) {
  try {
    return Boolean(name && shape({ timeZone: name }));
  } catch {
    return false;
  }
}

/** Every moment of a page in the browser's zone, its days as headings, its forms filled in. */
export function localise(within) {
  for (const each of $$("time[datetime]", within)) {
    const date = new Date(each.dateTime);
    each.textContent = (FORMS[each.dataset.form] ?? FORMS.moment)(date);
    each.title = `${LONG_OF_YEAR.format(date)}, ${clockTime(date)} ${zone}`;
  }
  for (const each of $$("[data-zone]", within)) each.textContent = zone;
  for (const each of $$("[data-zone-value]", within)) each.value = zone;
  for (const each of $$("[data-local]", within)) each.value = localIn(new Date(each.dataset.local));
  $$("[data-days]", within).forEach(headDays);
}

function headDays(list) {
  let last = "";
  for (const line of $$("[data-at]", list)) {
    const date = new Date(line.dataset.at);
    if (dayOf(date) === last) continue;
    last = dayOf(date);
    line.before(h("li", { class: "day" }, h("h3", {}, dayName(date))));
  }
}
