/* The list of conversations, kept right from the events themselves; only rows it does not know are fetched. */

import { clock } from "../lib/clock.js";
import { enliven, fetchPartial } from "../html.js";
import { all, find } from "../lib/dom.js";
import { persist } from "../realtime/persist.js";
import { localTimes } from "../conversation/times.js";
import { renewBar } from "./bar.js";
import { Early } from "./early.js";
import { keepingFocus, place } from "./order.js";
import { Row } from "./row.js";
import { Wanted } from "./wanted.js";

const ENDED_BY_NEWS = new Set(["done", "snoozed"]);

/** `counts` hears of every change of an unread number; `reading()` names the conversation being looked at. */
export class Rows {
  #news = 0; // an answer that news overtook is asked for again

  constructor({ user, counts, feed, reading, time = clock }) {
    Object.assign(this, { user, counts, feed, reading });
    this.wanted = new Wanted({ one: (id) => this.#fetch(id), all: () => persist(() => this.reset()), time });
    this.early = new Early((conversation) => this.want(conversation));
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
    this.early.told(frame.conversation, frame.read);
    const row = this.#row(frame.conversation);
    if (!row) return;
    if (frame.read >= row.number && row.number) this.#count(row, 0);
    else this.want(row.id);
  }

  /** Fetches this row soon; `own`: this person changed it elsewhere. */
  want(conversation, own = false) {
    if (this.list) this.wanted.add(conversation, own);
  }

  /** Marks the row of the open conversation. Older rows come as they stood: one that moved up is here already. */
  current(conversation) {
    const seen = new Set();
    for (const { node, id } of this.#rows()) {
      if (seen.has(id)) node.remove();
      seen.add(id);
      id === conversation ? node.setAttribute("aria-current", "page") : node.removeAttribute("aria-current");
    }
  }

  /** Seen here and now, up to `number`: do not wait for the server to say it. */
  read(conversation, number) {
    this.early.read(conversation, number);
    const row = this.#row(conversation);
    if (row?.unread) this.#count(row, 0);
  }

  async reset() {
    const fresh = await this.#ask();
    if (!fresh) return;
    keepingFocus(() => this.list.replaceWith(fresh));
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
    const page = await this.#page("/inbox/");
    this.#renewFilters(page);
    return find("#rows", page);
  }

  #page(path) {
    const url = `${path}?filter=${encodeURIComponent(this.filter)}`;
    return this.early.answer(() => fetchPartial(url, { target: "rows" }));
  }

  // An event may have overtaken the answer: an older row says nothing new.
  #renew(fresh) {
    const row = this.#row(fresh.id);
    if (!row) return this.want(fresh.id);
    if (row.own !== fresh.own) this.want(row.id, true);
    if (row.seq > fresh.seq) return this.counts.changed(row.unread - fresh.unread, row.kind);
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
    this.#news += 1;
    const row = this.#row(frame.conversation);
    const mine = frame.actor === this.user || frame.data?.sender?.id === this.user;
    if (!row) return this.want(frame.conversation); // what it adds comes with it: a stranger's request adds nothing
    if (row.has(frame)) return undefined;
    if (seen) this.early.read(frame.conversation, frame.data.number);
    const before = row.unread;
    row.said(frame, mine, seen);
    this.counts.changed(row.unread - before, row.kind);
    if (ENDED_BY_NEWS.has(this.filter) || (mine && row.begun)) this.want(row.id, true);
    return place(row, this.#rows());
  }

  #count(row, unread) {
    this.counts.changed(unread - row.unread, row.kind);
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

  async #fetch(conversation) {
    const before = this.#news;
    try {
      this.#put(await this.#page(`/c/${conversation}/row/`));
      if (before !== this.#news) this.want(conversation);
    } catch (problem) {
      if (problem.status === 404) this.#gone(this.#row(conversation));
    }
  }

  #put(page) {
    const node = find("a.row[data-conversation]", page);
    if (!node || !this.list) return undefined;
    const row = new Row(node);
    const old = this.#row(row.id);
    this.#renewFilters(page);
    if (find("[data-elsewhere]", page)) return this.#gone(old);
    keepingFocus(() => (old ? old.node.replaceWith(node) : this.list.append(node)));
    find(".empty", this.list)?.remove();
    enliven(node);
    localTimes(node);
    this.#watch(row);
    place(row, this.#rows());
    return this.current(this.reading());
  }

  // What is being read stays where it is, though the filter for unread ones no longer shows it.
  #gone(row) {
    if (!row || (row.id === this.reading() && this.filter === "unread")) return;
    row.node.remove();
    if (!this.#rows().length) persist(() => this.reset());
  }

  #renewFilters(page) {
    this.counts.renew(page);
    renewBar(find("#filters"), find("#filters", page));
    const [menu, fresh] = [find("#more-filters"), find("#more-filters", page)];
    if (menu && fresh && menu.textContent !== fresh.textContent) enliven(menu).replaceChildren(...fresh.childNodes);
  }
}
