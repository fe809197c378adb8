/* Keeps day dividers and grouping right around entries of the timeline that came or changed. */

import { all, make } from "../lib/dom.js";
import { continues, startsDay } from "./grouping.js";
import { dayKey, dayName } from "./times.js";

const ENTRY = "li.said, li.note";

/** Lays out the whole timeline, or only from `first` on (an entry that was just put there). */
export function layOut(timeline, first = null) {
  const entries = first ? [first, nextEntry(first)].filter(Boolean) : all(`:scope > :is(${ENTRY})`, timeline);
  for (const entry of entries) layOutEntry(entry, previousEntry(entry));
}

function layOutEntry(item, before) {
  const entry = read(item);
  const previous = before && read(before);
  const divided = placeDivider(item, startsDay(entry, previous), entry.at);
  const line = item.previousElementSibling;
  const apart = divided || line?.matches("li.new");
  item.classList.toggle("continued", !apart && continues(entry, previous));
}

function placeDivider(item, wanted, at) {
  const old = dividerBefore(item);
  if (!wanted || Number.isNaN(at.valueOf())) {
    old?.remove();
    return false;
  }
  if (old?.dataset.day === dayKey(at)) return true;
  old?.remove();
  const divider = make("li", { class: "day", "data-day": dayKey(at) }, dayLine(at));
  const line = item.previousElementSibling;
  (line?.matches("li.new") ? line : item).before(divider);
  return true;
}

function dayLine(at) {
  return make("time", { datetime: dayKey(at), "data-format": "day" }, dayName(at));
}

function dividerBefore(item) {
  let node = item.previousElementSibling;
  while (node && !node.matches(ENTRY)) {
    if (node.matches("li.day")) return node;
    node = node.previousElementSibling;
  }
  return null;
}

function previousEntry(item) {
  return walk(item, "previousElementSibling");
}

function nextEntry(item) {
  return walk(item, "nextElementSibling");
}

function walk(item, step) {
  let node = item[step];
  while (node && !node.matches(ENTRY)) node = node[step];
  return node;
}

function read(item) {
  const stamp = item.dataset.at ?? item.querySelector("time")?.getAttribute("datetime");
  return { sender: item.matches("li.said") ? item.dataset.sender : null, at: new Date(stamp ?? NaN) };
}
