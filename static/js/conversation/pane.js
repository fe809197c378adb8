/* One open conversation: puts the parts together when its pane comes and takes them apart when it goes. */

import { enliven, fetchPartial } from "../html.js";
import { all, find, make, number, setText } from "../lib/dom.js";
import { words } from "../words.js";
import { showChange } from "./changes.js";
import { Composer } from "./composer.js";
import { Pending } from "./pending.js";
import { Receipts } from "./receipts.js";
import { takeLeave, takeRights } from "./rights.js";
import { Scroll } from "./scroll.js";
import { Timeline } from "./timeline.js";
import { Tools } from "./tools.js";
import { Typing } from "./typing.js";
import { isLookedAt, Reading, Unread } from "./unread.js";

const NAMES_SHOWN = 8; // the page names no more than these: a longer list is not complete
const HEADS = ".bar, .letter-head, #waiting";

export class Pane {
  #ending = new AbortController();

  /** `app`: {user, socket, feed, outbox, drafts, announce, postRead}. */
  constructor(section, app) {
    const timeline = new Timeline(find("#timeline", section));
    const { signal } = this.#ending;
    Object.assign(this, { section, app, timeline, signal, id: section.dataset.conversation });
    this.reading = new Reading({ read: number(timeline.list.dataset.read), post: (value) => this.#postRead(value) });
    this.scroll = new Scroll({ timeline, signal, onMove: () => this.unread?.look() });
    this.unread = new Unread({ timeline, scroll: this.scroll, reading: this.reading, user: app.user });
    this.receipts = new Receipts({ timeline, user: app.user, others: othersIn(section, app.user) });
    this.pending = new Pending({ timeline, outbox: app.outbox, user: app.user });
    this.typing = new Typing({ tell: () => app.socket.send({ type: "typing", conversation: this.id }), show: (users) => this.#showTyping(users) });
    this.composer = this.#composer();
    this.tools = new Tools(this);
    this.#start();
  }

  end() {
    this.reading.flush();
    this.typing.end();
    this.#ending.abort();
  }

  // ── callbacks ──

  event(frame) {
    if (frame.seq <= this.timeline.seq && frame.event === "message.sent") return;
    if (find("#newer", this.section)) return this.scroll.missed(); // an older stretch is shown: nothing goes below it
    const result = this.scroll.around(() => this.#take(frame));
    showChange(this, frame, result?.node);
    takeLeave(this.section, frame, this.app.user);
    if (result?.how === "added" && frame.event === "message.sent") this.#came(result.node, frame);
    this.unread.look();
    return undefined;
  }

  /** Whether this message was in view of somebody looking when it came. */
  hasRead({ data }) {
    return (data?.number ?? Infinity) <= this.reading.position;
  }

  receipt(frame) {
    if (frame.user === this.app.user) this.reading.confirm(frame.read);
    this.receipts.receipt(frame);
  }

  typed({ user }) {
    if (user !== this.app.user) this.typing.theirs(user);
  }

  /** The server has it; what waits has no place yet and is shown below, until its event comes. */
  acked({ client_id: id, ack }) {
    if (!ack?.held_until) return this.pending.acked(id);
    this.pending.gone(id);
    return this.app.own.held(ack);
  }

  /** The log moved on by more than can be replayed: fetch the pane anew, keep what is typed. */
  async reset() {
    const page = await this.#fetch();
    const list = find("#timeline", page);
    if (!list) throw new Error("no timeline in the answer");
    this.scroll.around(() => this.timeline.renew(list));
    takeRights(this.section, page);
    this.receipts.draw();
    this.app.feed.watch(this.id, this.timeline.seq);
    await this.showPending();
    this.unread.look();
  }

  /** Who is in it or what it is called has changed: its head is drawn anew. */
  async refreshHead() {
    const page = await this.#fetch();
    const fresh = all(HEADS, page);
    this.composer?.follow(find("#composer textarea[name=body]", page)?.value);
    takeRights(this.section, page);
    for (const [index, head] of all(HEADS, this.section).entries()) {
      if (fresh[index]) head.replaceWith(enliven(fresh[index]));
    }
    this.receipts.marks.others = othersIn(this.section, this.app.user);
  }

  /** How far the others have read is not in the log: asked for after a link was lost. */
  async refreshReceipts() {
    const list = find("#timeline", await this.#fetch());
    if (list) this.receipts.renew(list.dataset);
  }

  async showPending() {
    const entries = await this.app.outbox.entries();
    const mine = entries.filter((entry) => entry.conversation === this.id);
    if (mine.length) find("#quiet", this.section)?.remove();
    if (!this.signal.aborted) this.scroll.around(() => this.pending.show(mine));
  }

  /** Everything below the one given (or the last seen) is to be unread again. */
  markUnread() {
    this.reading.rewind();
    this.app.socket.send({ type: "unread", conversation: this.id, number: this.timeline.newest });
  }

  // ── internals ──

  #start() {
    this.showPending();
    this.app.feed.watch(this.id, this.timeline.seq);
    for (const type of ["visibilitychange", "focus"]) {
      window.addEventListener(type, () => this.unread.look(), { signal: this.signal, capture: true });
    }
    this.unread.look();
  }

  #composer() {
    const form = find("#composer", this.section);
    if (!form || !find("textarea[name=body]", form)) return null;
    const { drafts } = this.app;
    const onSend = (message) => this.#send(message);
    const onType = () => this.typing.mine();
    const onEdit = (id, body) => this.tools.deeds.save(id, body);
    return new Composer({ form, kind: this.section.dataset.kind, drafts, signal: this.signal, onSend, onType, onEdit });
  }

  async #send(message) {
    this.typing.rest();
    this.unread.clear();
    await this.app.outbox.add(message);
    await this.showPending();
    this.scroll.toBottom();
  }

  #fetch() {
    return fetchPartial(`/c/${this.id}/`, { target: "pane", signal: this.signal });
  }

  #take(frame) {
    find("#quiet", this.section)?.remove();
    const result = this.timeline.take(frame);
    if (result && result.node.dataset.sender === this.app.user) this.receipts.mark(result.node);
    return result;
  }

  #came(node, frame) {
    const mine = frame.actor === this.app.user || node.dataset.sender === this.app.user;
    this.typing.stopped(node.dataset.sender);
    this.unread.came(node);
    if (mine || node.matches(".blocked")) return;
    this.scroll.missed();
    if (!frame.replayed || isLookedAt()) this.app.announce.message(frame.data);
  }

  #postRead(position) {
    return this.app.postRead(this.id, position);
  }

  #showTyping(users) {
    const line = find("#typing", this.section) ?? this.#typingLine();
    setText(line, users.length ? words.typing(users.map((user) => this.#nameOf(user))) : "");
    line.hidden = !users.length;
  }

  #typingLine() {
    const line = make("p", { id: "typing", class: "typing", hidden: true });
    this.timeline.list.after(line);
    return line;
  }

  #nameOf(user) {
    const id = CSS.escape(user);
    const member = find(`[data-member="${id}"]`, this.section);
    const message = all(`li.said[data-sender="${id}"] .name`, this.timeline.list).at(-1);
    return (member ?? message)?.textContent.trim() || words.someone;
  }
}

function othersIn(section, user) {
  const ids = new Set(all("[data-member]", section).map((node) => node.dataset.member));
  ids.delete(user);
  return ids.size && ids.size < NAMES_SHOWN ? [...ids] : null;
}
