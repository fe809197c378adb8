/* Several messages at once: how many are chosen. */

import { all, find, setText } from "../lib/dom.js";
import { words } from "../words.js";

export const chosen = (list) => all("li.said:has(.pick :checked)", list);

export function showChosen(section) {
  const line = find("#chosen", section);
  if (!line) return;
  const count = chosen(section).length;
  setText(line, count ? words.chosen(count) : words.choose);
  for (const button of all("#selection button", section)) button.disabled = !count;
}
