/* Rows to fetch: soon and one by one, or the whole list at once when many are wanted. */

import { between } from "../realtime/backoff.js";
import { clock } from "../lib/clock.js";

const FETCH_MS = 5_000; // so that a thousand people do not ask in the same instant
const OWN_MS = 150; // what this person did elsewhere concerns nobody else
const MANY = 3; // from here on the whole list is one request instead

/** `one(id)` and `all()` do the fetching. */
export class Wanted {
  #ids = new Set();
  #cancel = null;

  constructor({ one, all, time = clock }) {
    Object.assign(this, { one, all, time });
  }

  add(id, own = false) {
    this.#ids.add(id);
    if (own) this.#cancel = void this.#cancel?.();
    this.#cancel ??= this.time.after(own ? OWN_MS : between(100, FETCH_MS), () => this.#next());
  }

  #next() {
    this.#cancel = null;
    const [id] = this.#ids;
    if (!id) return undefined;
    if (this.#ids.size > MANY) {
      this.#ids.clear();
      return this.all();
    }
    this.#ids.delete(id);
    if (this.#ids.size) this.#cancel = this.time.after(between(100, 500), () => this.#next());
    return this.one(id);
  }
}
