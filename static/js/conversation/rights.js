/* What the reader may do here changes while the page is open: the group was changed, or their role. */

import { find } from "../lib/dom.js";

const SHOWN_BY_RIGHT = ["#composer", "#listening"];

/** Takes it over from a fresh copy of the pane; what was typed stays in the field, whether it is shown or not. */
export function takeRights(section, page) {
  const rights = find("#timeline", page)?.dataset.rights;
  if (rights !== undefined) find("#timeline", section).dataset.rights = rights;
  for (const id of SHOWN_BY_RIGHT) {
    const [old, fresh] = [find(id, section), find(id, page)];
    if (old && fresh) old.hidden = fresh.hidden;
  }
}
