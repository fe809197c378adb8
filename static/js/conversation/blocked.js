/* Whom this person blocked, as the list says, and what they write among others: one line that opens. */

import { find, make } from "../lib/dom.js";
import { words } from "../words.js";

/** Whether this person blocked `sender`. */
export function isBlocked(sender) {
  const ids = find("#filters")?.dataset.blocked;
  return Boolean(sender && ids && ids.split(" ").includes(sender));
}

/** Folds a message of somebody blocked away, unless it is one of a chat of two: that is from before the block. */
export function foldAway(node) {
  if (!node.matches("li.said") || find(":scope > details.away", node)) return;
  if (!isBlocked(node.dataset.sender) || node.closest(".pair")) return;
  const time = find("time", node)?.cloneNode(true) ?? "";
  const [name, text] = [find(":scope > .name", node), find(".text", node)];
  const summary = make("summary", {}, make("span", {}, words.blocked), " ", time);
  node.className = "said blocked";
  node.replaceChildren(make("details", { class: "away" }, summary, ...[name, text].filter(Boolean)));
}
