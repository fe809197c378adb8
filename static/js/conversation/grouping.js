/* Who continues whom, and where a day begins. Works on a list of entries, so it needs no DOM. */

import { dayKey } from "./times.js";

const WITHIN_MS = 5 * 60_000;

/** entry: {sender, at: Date} of a message, or {sender: null, at} of a note. */
export function continues(entry, before) {
  if (!before || !entry.sender || entry.sender !== before.sender) return false;
  return entry.at - before.at < WITHIN_MS && dayKey(entry.at) === dayKey(before.at);
}

export function startsDay(entry, before) {
  return !before || dayKey(entry.at) !== dayKey(before.at);
}
