/* Times in the reader's own zone and language. The server wrote UTC; the exact moment stays in the title. */

import { all, language, setText } from "../lib/dom.js";
import { words } from "../words.js";

const DAY_MS = 86_400_000;
const formats = new Map();

function format(name, options) {
  const key = `${language()} ${name}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(language(), options));
  return formats.get(key);
}

const CLOCK = { hour: "numeric", minute: "2-digit" };
const EXACT = { dateStyle: "full", timeStyle: "short" };

export const clockTime = (date) => format("clock", CLOCK).format(date);

/** "2026-11-21" in the reader's zone: what a day divider stands for. */
export function dayKey(date) {
  const two = (value) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Whole days between two moments as the calendar on the wall counts them. */
export function daysBetween(date, now) {
  const noon = (moment) => Date.UTC(moment.getFullYear(), moment.getMonth(), moment.getDate());
  return Math.round((noon(now) - noon(date)) / DAY_MS);
}

/** "Today", "Yesterday", "Thursday", "12 March", "12 March 2025". */
export function dayName(date, now = new Date()) {
  const days = daysBetween(date, now);
  if (days === 0) return words.today;
  if (days === 1) return words.yesterday;
  if (days > 1 && days < 7) return format("weekday", { weekday: "long" }).format(date);
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return format(`day${year}`, { day: "numeric", month: "long", year }).format(date);
}

/** As short as a list allows: the time today, then the weekday, then the date. */
export function listTime(date, now = new Date()) {
  const days = daysBetween(date, now);
  if (days === 0) return clockTime(date);
  if (days === 1) return words.yesterday;
  if (days > 1 && days < 7) return format("short", { weekday: "short" }).format(date);
  const year = date.getFullYear() === now.getFullYear() ? undefined : "2-digit";
  return format(`list${year}`, { day: "numeric", month: "short", year }).format(date);
}

const WORDINGS = {
  clock: clockTime,
  row: listTime,
  day: dayName,
  full: (date) => `${dayName(date)}, ${clockTime(date)}`,
};

function wording(time, date) {
  const style = WORDINGS[time.dataset.format] ?? (time.closest("#timeline") ? clockTime : listTime);
  return style(date);
}

/** Rewrites every `<time datetime>` below `root`. data-format: clock, row, day or full. */
export function localTimes(root = document) {
  const times = root.matches?.("time[datetime]") ? [root] : all("time[datetime]", root);
  for (const time of times) {
    const date = new Date(time.getAttribute("datetime"));
    if (Number.isNaN(date.valueOf())) continue;
    setText(time, wording(time, date));
    time.title = format("exact", EXACT).format(date);
  }
}
