/* Parts of an open page that follow their conversation (`data-live`): drawn anew when the server tells of it. */

import { enliven, fetchPartial } from "../html.js";
import { all, find } from "../lib/dom.js";

export async function renewLive(conversation) {
  const parts = all(`[data-live="${CSS.escape(conversation)}"]`);
  if (!parts.length) return;
  const page = await fetchPartial(location.pathname + location.search, { target: "pane" }).catch(() => null);
  for (const part of page ? parts : []) {
    const fresh = find(`#${CSS.escape(part.id)}`, page);
    if (fresh && part.isConnected) replace(part, enliven(fresh));
  }
}

// The keyboard's focus stays on the control it was on.
function replace(part, fresh) {
  const { activeElement: held } = document;
  const form = part.contains(held) && held.form?.getAttribute("action");
  part.replaceWith(fresh);
  if (form) find(`form[action="${CSS.escape(form)}"] [value="${CSS.escape(held.value)}"]`, fresh)?.focus();
}
