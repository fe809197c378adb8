/* Sent, delivered, read: the farthest that anybody else has come. Marks only ever move forward. */

import { all, find, number } from "../lib/dom.js";
import { words } from "../words.js";

/** Positions that everybody else has reached. `others`: their ids, or null where not all of them are known. */
export class Marks {
  #people = new Map();

  constructor({ delivered = 0, read = 0, others = null } = {}) {
    this.delivered = Math.max(delivered, read);
    this.read = read;
    this.others = others;
  }

  /** Takes another member's receipt; true when a mark moved. */
  advance({ user, delivered = 0, read = 0 }) {
    const known = this.#people.get(user) ?? { delivered: 0, read: 0 };
    const next = { read: Math.max(known.read, read), delivered: Math.max(known.delivered, delivered, read) };
    this.#people.set(user, next);
    const before = this.delivered + this.read;
    this.read = Math.max(this.read, this.#all("read"));
    this.delivered = Math.max(this.delivered, this.#all("delivered"), this.read);
    return this.delivered + this.read > before;
  }

  of(position) {
    if (position <= this.read) return "read";
    return position <= this.delivered ? "delivered" : "sent";
  }

  // True of all the others or not claimed: somebody unheard of stands where the page said that all of them stood.
  #all(what) {
    if (!this.others?.length) return 0;
    return Math.min(...this.others.map((id) => this.#people.get(id)?.[what] ?? this[what]));
  }
}

/** Draws Marks on this person's own messages. */
export class Receipts {
  constructor({ timeline, user, others }) {
    Object.assign(this, { timeline, user });
    const { delivered, seen } = timeline.list.dataset;
    this.marks = new Marks({ delivered: number(delivered), read: number(seen), others });
    this.newest = Math.max(0, ...this.#own().map((item) => number(item.dataset.number)));
    this.draw();
  }

  /** What the server says of all the others, after receipts may have been missed. */
  renew({ delivered, seen }) {
    const { marks } = this;
    marks.read = Math.max(marks.read, number(seen));
    marks.delivered = Math.max(marks.delivered, number(delivered), marks.read);
    this.draw();
  }

  receipt(frame) {
    if (frame.user === this.user) return;
    if (this.marks.advance(frame)) this.draw();
    const marks = new Marks(frame);
    show(find(`.letter-head [data-member="${frame.user}"] .receipt`), marks.of(this.newest));
  }

  draw() {
    for (const item of this.#own()) this.mark(item);
  }

  mark(item) {
    const place = number(item.dataset.number);
    show(find(".receipt", item), this.marks.of(place));
    if (place <= this.newest) return;
    this.newest = place;
    for (const mark of all(".letter-head [data-member] .receipt")) show(mark, "sent");
  }

  // ── internals ──

  #own() {
    return this.timeline.messages().filter((item) => item.dataset.sender === this.user);
  }
}

function show(mark, state) {
  if (!mark || mark.dataset.state === state) return;
  mark.dataset.state = state;
  mark.setAttribute("aria-label", words.marks[state]);
  mark.title = words.marks[state];
}
