/* The filters above the list, where they follow what the server says: requests show while there are any. */

import { enliven } from "../html.js";
import { all, find } from "../lib/dom.js";

const REQUESTS = ".chip[data-filter=requests]";

export function renewBar(bar, fresh) {
  if (!bar || !fresh || bar === fresh) return;
  bar.dataset.blocked = fresh.dataset.blocked ?? "";
  const [chip, wanted] = [find(REQUESTS, bar), find(REQUESTS, fresh)];
  if (chip && !wanted) chip.remove();
  if (!chip && wanted) all(".chip[data-filter]", bar).at(-1)?.after(wanted);
  if (!chip && wanted) enliven(wanted);
}
