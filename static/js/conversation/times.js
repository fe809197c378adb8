/* Times in the reader's own zone and language. The server wrote UTC; the exact moment stays in the title. */

import { all, language, setText } from "../lib/dom.js";
import { words } from "../words.js";

const DAY_MS = 86_400_000;
const formats = new Map();

// The page's "en" is British, as the words around it are.
const locale = () => (language() === "en" ? "en-GB" : language());

function format(name, options) {
  const key = `${locale()} ${name}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale(), options));
  return formats.get(key);
}

const EXACT = { dateStyle: "full", timeStyle: "short" };

/** "9:41", as the server writes it: nothing moves when the script takes over. */
export const clockTime = (date) => `${date.getHours()}:${String(date.getMinutes()).padStart(2, "0")}`;

/** The moment an attribute names; a bare date is a day here, not midnight in Greenwich. */
export function moment(text) {
  const bare = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text ?? "");
  return bare ? new Date(Number(bare[1]), Number(bare[2]) - 1, Number(bare[3])) : new Date(text ?? Number.NaN);
}

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

/** "Today", "Yesterday", "Friday 13 November", with the year where it is another. */
export function dayName(date, now = new Date()) {
  const days = daysBetween(date, now);
  if (days === 0) return words.today;
  if (days === 1) return words.yesterday;
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return format(`day${year}`, { weekday: "long", day: "numeric", month: "long", year }).format(date).replace(",", "");
}

/** As short as a list allows: "9:41" today, "Mon" this week, "3 Nov" this year, "3 Nov 2025" before. */
export function listTime(date, now = new Date()) {
  const days = daysBetween(date, now);
  if (days === 0) return clockTime(date);
  if (days > 0 && days < 7) return format("short", { weekday: "short" }).format(date);
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return format(`list${year}`, { day: "numeric", month: "short", year }).format(date);
}

/** A time to come: "18:00" today, "Mon 8:00" this week, "3 Nov 8:00" later. */
export function untilTime(date, now = new Date()) {
  const days = daysBetween(now, date);
  if (days === 0) return clockTime(date);
  if (days > 0 && days < 7) return `${format("short", { weekday: "short" }).format(date)} ${clockTime(date)}`;
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return `${format(`list${year}`, { day: "numeric", month: "short", year }).format(date)} ${clockTime(date)}`;
}

const WORDINGS = {
  clock: clockTime,
  until: untilTime,
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
    const date = moment(time.getAttribute("datetime"));
    if (Number.isNaN(date.valueOf())) continue;
    setText(time, wording(time, date));
    if (time.dataset.format !== "day") time.title = format("exact", EXACT).format(date);
  }
}

// The server then means this reader's morning when it says so.
function tellZone() {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  if (timeZone) document.cookie = `tz=${timeZone}; path=/; max-age=31536000; samesite=lax`;
}

/** Rewrites all there is; "today" ends at midnight, also on a page that stays open. */
export function keepTimes(now = () => new Date()) {
  localTimes();
  tellZone();
  let day = dayKey(now());
  setInterval(() => {
    if (day === dayKey(now())) return;
    day = dayKey(now());
    localTimes();
  }, 60_000);
}
