/* What the reader may do here changes while the page is open: the group was changed, or their role. */

import { enliven } from "../html.js";
import { all, find } from "../lib/dom.js";
import { words } from "../words.js";

const SHOWN_BY_RIGHT = ["#composer", "#listening"];

/** Takes it over from a fresh copy of the pane; what was typed stays in the field, whether it is shown or not. */
export function takeRights(section, page) {
  const rights = find("#timeline", page)?.dataset.rights;
  if (rights !== undefined) find("#timeline", section).dataset.rights = rights;
  for (const id of SHOWN_BY_RIGHT) {
    const [old, fresh] = [find(id, section), find(id, page)];
    if (old && fresh) old.hidden = fresh.hidden;
  }
  const [listening, again] = [find(".out", section), find("#listening", page)];
  if (again) listening?.replaceWith(enliven(again));
}

/** Who was removed may read what is on the page, and can do nothing more here. */
export function takeLeave(section, { event, data }, user) {
  if (event !== "member.left" || (data.user?.id ?? data.user) !== user) return;
  find("#timeline", section).dataset.rights = "";
  for (const act of all(".bar > :is(form, .icon:not(.back))", section)) act.remove();
  const [composer, listening] = [find("#composer", section), find("#listening", section)];
  if (!composer || !listening) return;
  composer.hidden = true;
  listening.classList.add("out");
  listening.textContent = words.out;
  listening.hidden = false;
}
