/* Which of the emoji under a message are mine: drawn for nobody, they name the first who gave them. */

import { all, find, number } from "../lib/dom.js";

/** Says of each emoji below `root` whether this person gave it. */
export function pressMine(root, user) {
  for (const button of all(".reaction[data-users]", root)) {
    if (button.dataset.users.split(" ").includes(user)) button.dataset.mine = "";
    button.setAttribute("aria-pressed", "mine" in button.dataset ? "true" : "false");
  }
}

/** Of very many only the first are named: what was mine stays so while more gave it than are named. */
export function keepMine(node, old) {
  for (const button of all(".reaction[data-users]", node)) {
    const named = button.dataset.users.split(" ").length;
    const before = find(`.reaction[data-emoji="${CSS.escape(button.dataset.emoji)}"]`, old);
    const count = number(button.lastElementChild?.textContent);
    if (count > named && before && "mine" in before.dataset) button.dataset.mine = "";
  }
}
