/* What an edit or a deletion changes on the page beside the message itself. */

import { enliven } from "../html.js";
import { all, find, setText } from "../lib/dom.js";
import { snippet } from "../inbox/order.js";
import { words } from "../words.js";
import { layOut } from "./layout.js";

const ID = /[0-9a-f]{8}-[0-9a-f-]{27}/;
const CHANGES = new Set(["message.edited", "message.deleted"]);

/** What quotes it says the same; who had read it is told that it says something else now. */
export function showChange(pane, { event, data }, node) {
  if (event === "message.sent") offer(pane, data);
  if (!CHANGES.has(event)) return;
  const text = data.deleted ? words.deletedMessage : snippet(data.body);
  for (const quote of all(`[data-quotes="${CSS.escape(data.id)}"] .said-there`, pane.section)) setText(quote, text);
  if (data.deleted) pane.app.announce.withdraw(data.id);
  const reread = event === "message.edited" && data.sender.id !== pane.app.user && data.number <= pane.reading.position;
  if (reread) node?.classList.add("reread");
}

// The letter that came last is the one to answer and to pass on. A new row, as htmx reads a link only once.
function offer(pane, { id, sender }) {
  const old = find("#answers", pane.section);
  if (!old) return;
  const row = old.cloneNode(true);
  for (const link of all("a", row)) link.setAttribute("href", link.getAttribute("href").replace(ID, id));
  find("#answer", row).hidden = sender.id === pane.app.user;
  row.hidden = false;
  old.replaceWith(row);
  enliven(row);
}

/** Takes a message off the page that this person deleted for themselves. */
export function takeOff(pane, id) {
  const item = document.getElementById(`m-${id}`);
  const next = item?.nextElementSibling;
  if (item?.contains(pane.tools.bar)) pane.timeline.list.after(pane.tools.bar);
  item?.remove();
  if (next?.matches("li.said, li.note")) layOut(pane.timeline.list, next);
}

/** Shows a message that is on the page; false when it is not. */
export function jump(id) {
  const item = document.getElementById(`m-${id}`);
  item?.scrollIntoView({ block: "center" });
  item?.focus({ preventScroll: true });
  return Boolean(item);
}
