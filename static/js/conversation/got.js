/* "Arrived on a device": one position per conversation, sent rarely enough to leave room for everything else. */

import { clock } from "../lib/clock.js";

const EACH_MS = 1_000;
const LONGEST_QUEUE = 60;

export class Got {
  #waiting = new Map();
  #cancel = null;

  constructor({ send, time = clock }) {
    Object.assign(this, { send, time });
  }

  arrived(conversation, position) {
    if ((this.#waiting.get(conversation) ?? 0) >= position) return;
    this.#waiting.set(conversation, position);
    if (this.#waiting.size > LONGEST_QUEUE) this.#waiting.delete(this.#waiting.keys().next().value);
    this.#cancel ??= this.time.after(EACH_MS, () => this.#next());
  }

  /** Reading says more than arriving. */
  read(conversation, position) {
    if ((this.#waiting.get(conversation) ?? Infinity) <= position) this.#waiting.delete(conversation);
  }

  // One command a second in all: thirty busy conversations must not use up the socket's allowance.
  #next() {
    this.#cancel = null;
    const [first] = this.#waiting;
    if (!first) return;
    const [conversation, position] = first;
    this.#waiting.delete(conversation);
    this.send({ type: "got", conversation, number: position });
    if (this.#waiting.size) this.#cancel = this.time.after(EACH_MS, () => this.#next());
  }
}
