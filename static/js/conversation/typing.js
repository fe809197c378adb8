/* Who is typing. It dies by itself, so nobody has to say that they stopped. */

import { clock } from "../lib/clock.js";

const TELL_MS = 3_000;
const EXPIRES_MS = 5_000;

export class Typing {
  #people = new Map();
  #told = -Infinity;

  /** `tell()` says that I type; `show(users)` draws those who do, oldest first. */
  constructor({ tell, show, time = clock }) {
    Object.assign(this, { tell, show, time });
  }

  /** I typed something. */
  mine() {
    const now = this.time.now();
    if (now - this.#told < TELL_MS) return;
    this.#told = now;
    this.tell();
  }

  /** My message left: the next letter is news again. */
  rest() {
    this.#told = -Infinity;
  }

  theirs(user) {
    this.#people.get(user)?.();
    this.#people.set(user, this.time.after(EXPIRES_MS, () => this.stopped(user)));
    this.#draw();
  }

  stopped(user) {
    if (!this.#people.has(user)) return;
    this.#people.get(user)();
    this.#people.delete(user);
    this.#draw();
  }

  end() {
    for (const cancel of this.#people.values()) cancel();
    this.#people.clear();
  }

  #draw() {
    this.show([...this.#people.keys()]);
  }
}
