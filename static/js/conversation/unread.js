/* Tells the server how far this person has read: what they could see, while they looked. */

import { clock } from "../lib/clock.js";
import { find, make, number } from "../lib/dom.js";
import { words } from "../words.js";

const READ_MS = 1_000;
const FIRST_MS = 250;
const MOST_REMINDERS = 3;

/** Decides which position to send and when; knows no DOM. `post(number)` returns false when it could not leave. */
export class Reading {
  #sent = 0;
  #wanted = 0;
  #lastAt = -Infinity;
  #cancel = null;
  #confirmed = 0;
  #reminders = 0;

  constructor({ read, post, time = clock }) {
    Object.assign(this, { post, time });
    this.#sent = this.#wanted = this.#confirmed = read;
  }

  get position() {
    return this.#wanted;
  }

  saw(position) {
    if (position <= this.#wanted) return;
    this.#wanted = position;
    this.#soon();
  }

  /** Marked unread by the person: seeing it again does not read it until something new comes. */
  rewind() {
    this.#sent = this.#confirmed = this.#wanted;
    this.stop();
  }

  /** The server knows that we are this far. */
  confirm(position) {
    this.#confirmed = Math.max(this.#confirmed, position);
  }

  /** Called now and then: tells again what the server has not confirmed. */
  remind() {
    if (this.#confirmed >= this.#sent || this.#reminders >= MOST_REMINDERS) return;
    this.#reminders += 1;
    this.post(this.#sent);
  }

  flush() {
    this.stop();
    if (this.#wanted <= this.#sent) return;
    this.#lastAt = this.time.now();
    if (!this.post(this.#wanted)) return;
    this.#sent = this.#wanted;
    this.#reminders = 0;
  }

  stop() {
    this.#cancel?.();
    this.#cancel = null;
  }

  #soon() {
    const wait = Math.max(FIRST_MS, this.#lastAt + READ_MS - this.time.now());
    this.#cancel ??= this.time.after(wait, () => this.flush());
  }
}

/** Looks at the page for Reading, and draws the "New" line for what came while nobody looked. */
export class Unread {
  constructor({ timeline, scroll, reading, user }) {
    Object.assign(this, { timeline, scroll, reading, user });
    this.#line(number(timeline.list.dataset.read));
  }

  /** Called after everything that may have brought a message into view. */
  look() {
    if (!isLookedAt()) return;
    const seen = this.scroll.atBottom ? this.timeline.newest : this.#lastVisible();
    this.reading.saw(seen);
  }

  /** A message came: if nobody is looking, the line goes before the first such one. */
  came(node) {
    const mine = node.dataset.sender === this.user;
    if (mine) this.clear();
    else if (!isLookedAt() && !this.#drawn()) this.#draw(node);
  }

  clear() {
    this.#drawn()?.remove();
  }

  // ── internals ──

  #drawn() {
    return find("li.new", this.timeline.list);
  }

  #line(read) {
    if (this.#drawn() || !("read" in this.timeline.list.dataset)) return;
    const later = this.timeline.messages().filter((item) => number(item.dataset.number) > read);
    const first = later.find((item) => item.dataset.sender !== this.user);
    if (first) this.#draw(first);
  }

  #draw(before) {
    before.classList.remove("continued");
    before.before(make("li", { class: "new" }, make("span", {}, words.newLine)));
  }

  #lastVisible() {
    const bottom = Math.min(innerHeight, this.scroll.box.getBoundingClientRect().bottom);
    const top = this.timeline.messages().findLast((item) => item.getBoundingClientRect().bottom <= bottom + 1);
    return number(top?.dataset.number);
  }
}

export function isLookedAt() {
  return document.visibilityState === "visible" && document.hasFocus();
}
