/* One row of the list and what it knows of its conversation. */

import { all, find, make, number, setText } from "../lib/dom.js";
import { isBlocked } from "../conversation/blocked.js";
import { localTimes } from "../conversation/times.js";
import { words } from "../words.js";
import { snippet } from "./order.js";

export class Row {
  constructor(node) {
    this.node = node;
  }

  get id() {
    return this.node.dataset.conversation;
  }

  get at() {
    return this.node.dataset.at ?? "";
  }

  get pinned() {
    return "pinned" in this.node.dataset;
  }

  get kind() {
    return this.node.dataset.kind ?? "";
  }

  get seq() {
    return number(this.node.dataset.seq);
  }

  get number() {
    return number(this.node.dataset.number);
  }

  get unread() {
    return number(this.node.dataset.unread);
  }

  /** Whether it shows what this person began to write. */
  get begun() {
    return Boolean(find(".what .draft", this.node));
  }

  /** What the log does not tell of: what is begun, and the marks this person gave it. */
  get own() {
    const marks = all(".tags .hidden, .tags time", this.node).map((mark) => mark.dateTime ?? mark.textContent);
    return [this.pinned, this.begun && find(".what", this.node).textContent.trim(), ...marks].join("\n");
  }

  /** Whether this row already shows the event (it came with the page, or twice). */
  has(event) {
    return "seq" in this.node.dataset ? event.seq <= this.seq : event.at <= this.at;
  }

  /** Shows a message that was sent; `mine` when this person wrote it, `seen` when it was read as it came. */
  said(event, mine, seen) {
    const { dataset } = this.node;
    const message = event.data;
    const folded = isBlocked(message.sender?.id) && this.kind !== "direct";
    Object.assign(dataset, { seq: event.seq, at: event.at, number: message.number });
    if (folded && !this.begun) find(".what", this.node)?.replaceChildren(words.blocked);
    else if (!folded) this.#words(message, mine);
    this.#time(event.at);
    if (mine || seen) this.count(0);
    else if (!folded) this.count(this.unread + 1);
  }

  /** Its last message says something else now. */
  tell(message, mine) {
    this.#words(message.deleted ? { ...message, body: words.deletedMessage } : message, mine);
  }

  count(unread) {
    this.node.dataset.unread = unread;
    this.node.classList.toggle("unread", unread > 0);
    const badge = find(".count", this.node);
    if (!badge) return;
    badge.hidden = unread === 0;
    setText(badge, unread > 99 ? "99+" : String(unread));
    badge.setAttribute("aria-label", `${unread} unread`);
  }

  // ── internals ──

  // What is begun stays in sight, as on a page that is loaded anew.
  #words(message, mine) {
    const what = find(".what", this.node);
    if (!what || this.begun) return;
    const who = mine ? words.you : message.sender?.display_name;
    const named = mine || (this.kind ? this.kind !== "direct" : find("em", what));
    const text = make("bdi", {}, snippet(message.snippet ?? message.body ?? ""));
    what.replaceChildren(...(named ? [make("em", {}, make("bdi", {}, who), ":"), " "] : []), text);
  }

  #time(at) {
    const time = find("time", this.node);
    time?.setAttribute("datetime", at);
    if (time) localTimes(time);
  }
}
