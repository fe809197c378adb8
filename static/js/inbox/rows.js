/* The list of conversations, kept right from the events themselves; only rows it does not know are fetched. */

import { clock } from "../lib/clock.js";
import { enliven, fetchPartial } from "../html.js";
import { all, find } from "../lib/dom.js";
import { between } from "../realtime/backoff.js";
import { persist } from "../realtime/persist.js";
import { localTimes } from "../conversation/times.js";
import { compare, FITS } from "./order.js";
import { Row } from "./row.js";

const FETCH_MS = 5_000;
const MANY = 3; // from here on the whole list is one request instead

/** `counts` hears of every change of an unread number; `reading()` names the conversation being looked at. */
export class Rows {
  #wanted = new Set();
  #cancel = null;

  constructor({ user, counts, feed, reading, time = clock }) {
    Object.assign(this, { user, counts, feed, reading, time });
  }

  // ── lifecycle ──

  /** Looks at the list that is on the page now (there may be none). */
  mount() {
    this.list = find("#rows");
    if (!this.list) return;
    localTimes(this.list);
    for (const row of this.#rows()) this.#watch(row);
    this.current(this.reading());
  }

  get filter() {
    return this.list?.dataset.filter || "all";
  }

  // ── callbacks ──

  event(frame, seen = false) {
    if (frame.event === "message.sent") this.#said(frame, seen);
    else if (frame.event === "conversation.changed") this.want(frame.conversation);
    else if (frame.event === "member.left" && this.#aboutMe(frame)) this.#row(frame.conversation)?.node.remove();
  }

  /** My own position moved, in this tab or another. */
  receipt(frame) {
    if (frame.user !== this.user) return;
    const row = this.#row(frame.conversation);
    if (!row) return;
    if (frame.read >= row.number && row.number) this.#count(row, 0);
    else this.want(row.id);
  }

  /** Fetches this row soon, with others, so that a thousand people do not ask in the same instant. */
  want(conversation) {
    if (!this.list) return;
    this.#wanted.add(conversation);
    this.#cancel ??= this.time.after(between(100, FETCH_MS), () => this.#fetch());
  }

  /** Marks the row of the open conversation. */
  current(conversation) {
    for (const { node, id } of this.#rows()) {
      if (id === conversation) node.setAttribute("aria-current", "page");
      else node.removeAttribute("aria-current");
    }
  }

  /** Seen here and now: do not wait for the server to say it. */
  read(conversation) {
    const row = this.#row(conversation);
    if (row?.unread) this.#count(row, 0);
  }

  async reset() {
    const fresh = await this.#ask();
    if (!fresh) return;
    this.list.replaceWith(fresh);
    enliven(fresh);
    this.mount();
  }

  /** Takes over the numbers of the server's list, and the rows that are not here yet; nothing else moves. */
  async refresh() {
    const fresh = await this.#ask();
    for (const node of fresh ? all("a.row[data-conversation]", fresh) : []) this.#renew(new Row(node));
  }

  // ── internals ──

  async #ask() {
    if (!this.list) return null;
    const page = await fetchPartial(`/inbox/?filter=${encodeURIComponent(this.filter)}`, { target: "rows" });
    this.counts.renew(page);
    return find("#rows", page);
  }

  // An event may have overtaken the answer: an older row says nothing new.
  #renew(fresh) {
    const row = this.#row(fresh.id);
    if (!row) return this.want(fresh.id);
    if (row.seq > fresh.seq) return this.counts.changed(row.unread - fresh.unread);
    return row.unread === fresh.unread ? undefined : row.count(fresh.unread);
  }

  #rows() {
    return this.list ? all("a.row[data-conversation]", this.list).map((node) => new Row(node)) : [];
  }

  #row(conversation) {
    const node = this.list && find(`a.row[data-conversation="${CSS.escape(conversation)}"]`, this.list);
    return node ? new Row(node) : null;
  }

  #said(frame, seen) {
    const row = this.#row(frame.conversation);
    const mine = frame.actor === this.user || frame.data?.sender?.id === this.user;
    if (!row) return this.#stranger(frame, mine || seen);
    if (row.has(frame)) return undefined;
    const before = row.unread;
    row.said(frame, mine, seen);
    this.counts.changed(row.unread - before);
    return this.#move(row);
  }

  #stranger(frame, quiet) {
    if (!quiet && !frame.replayed) this.counts.changed(1);
    this.want(frame.conversation);
  }

  #count(row, unread) {
    this.counts.changed(unread - row.unread);
    row.count(unread);
  }

  #aboutMe(frame) {
    const user = frame.data?.user;
    return (user?.id ?? user) === this.user;
  }

  #watch(row) {
    const { cursors } = this.feed;
    if (!("seq" in row.node.dataset)) return;
    if (!cursors.knows(row.id)) cursors.place(row.id, row.seq);
    else if (cursors.last(row.id) > row.seq) this.feed.watch(row.id, row.seq);
  }

  // The keyboard's focus stays on the row it was on, wherever the row goes.
  #move(row) {
    const others = this.#rows().filter((other) => other.node !== row.node);
    const next = others.find((other) => compare(row, other) < 0);
    const focused = row.node === document.activeElement;
    if (next && next.node.previousElementSibling !== row.node) next.node.before(row.node);
    else if (!next && others.length) others.at(-1).node.after(row.node);
    if (focused) row.node.focus({ preventScroll: true });
  }

  async #fetch() {
    this.#cancel = null;
    const [conversation] = this.#wanted;
    if (!conversation) return undefined;
    if (this.#wanted.size > MANY) return this.#fetchAll();
    this.#wanted.delete(conversation);
    if (this.#wanted.size) this.#cancel = this.time.after(between(500, FETCH_MS), () => this.#fetch());
    try {
      this.#put(await fetchPartial(`/c/${conversation}/row/`, { target: "rows" }));
    } catch (problem) {
      if (problem.status === 404) this.#row(conversation)?.node.remove();
    }
    return undefined;
  }

  #fetchAll() {
    this.#wanted.clear();
    return persist(() => this.reset());
  }

  #put(nodes) {
    const node = find("a.row[data-conversation]", nodes);
    if (!node) return;
    const row = new Row(node);
    const old = this.#row(row.id);
    if (!old && !(FITS[this.filter] ?? FITS.all)(row)) return;
    if (old) this.counts.changed(row.unread - old.unread);
    if (old) old.node.replaceWith(node);
    else this.list.append(node);
    find(".empty", this.list)?.remove();
    enliven(node);
    localTimes(node);
    this.#watch(row);
    this.#move(row);
    this.current(this.reading());
  }
}
