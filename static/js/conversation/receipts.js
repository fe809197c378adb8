/* Sent, delivered, read: the farthest that anybody else has come. Marks only ever move forward. */

import { find, number } from "../lib/dom.js";
import { words } from "../words.js";

export class Marks {
  constructor({ delivered = 0, read = 0 } = {}) {
    this.delivered = Math.max(delivered, read);
    this.read = read;
  }

  /** Takes another member's receipt; true when a mark moved. */
  advance({ delivered = 0, read = 0 }) {
    const before = this.delivered + this.read;
    this.read = Math.max(this.read, read);
    this.delivered = Math.max(this.delivered, delivered, this.read);
    return this.delivered + this.read > before;
  }

  of(position) {
    if (position <= this.read) return "read";
    return position <= this.delivered ? "delivered" : "sent";
  }
}

/** Draws Marks on this person's own messages. */
export class Receipts {
  constructor({ timeline, user }) {
    Object.assign(this, { timeline, user });
    const { delivered, seen } = timeline.list.dataset;
    this.marks = new Marks({ delivered: number(delivered), read: number(seen) });
    this.draw();
  }

  receipt(frame) {
    if (frame.user !== this.user && this.marks.advance(frame)) this.draw();
  }

  draw() {
    for (const item of this.timeline.messages()) if (item.dataset.sender === this.user) this.mark(item);
  }

  mark(item) {
    const mark = find(".receipt", item);
    const state = this.marks.of(number(item.dataset.number));
    if (!mark || mark.dataset.state === state) return;
    mark.dataset.state = state;
    mark.setAttribute("aria-label", words.marks[state]);
    mark.title = words.marks[state];
  }
}
