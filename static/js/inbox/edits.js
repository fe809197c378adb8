/* A message that was changed or deleted says so in its conversation's row, too. */

import { find } from "../lib/dom.js";
import { Row } from "./row.js";

const CHANGES = new Set(["message.edited", "message.deleted"]);

/** Shows such an event in the list of `rows`; every other event is none of its business. */
export function showEdit(rows, { event, conversation, data }) {
  const node = CHANGES.has(event) && rows.list && find(`a.row[data-conversation="${CSS.escape(conversation)}"]`, rows.list);
  if (!node) return;
  const row = new Row(node);
  if (data.number === row.number) row.tell(data, data.sender.id === rows.user);
  if (event === "message.deleted" && row.unread) rows.want(conversation);
}
