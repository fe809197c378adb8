/* How far people have read is told and not logged: after frames were missed it is fetched once, when somebody looks. */

import { clock } from "../lib/clock.js";
import { between } from "../realtime/backoff.js";

const SOONEST_MS = 200;
const LATEST_MS = 4_000; // spread, so that a thousand pages do not ask in the instant a server is back
const APART_MS = 5_000;

export class CatchUp {
  #wanted = false;
  #lastAt = -Infinity;
  #cancel = null;

  constructor({ refresh, visible, time = clock, random = Math.random }) {
    Object.assign(this, { refresh, visible, time, random });
  }

  soon() {
    this.#wanted = true;
    const rest = Math.max(0, this.#lastAt + APART_MS - this.time.now());
    this.#cancel ??= this.time.after(rest + between(SOONEST_MS, LATEST_MS, this.random), () => this.#due());
  }

  /** Somebody looks again. */
  seen() {
    if (this.#wanted) this.soon();
  }

  #due() {
    this.#cancel = null;
    if (!this.visible()) return;
    this.#wanted = false;
    this.#lastAt = this.time.now();
    this.refresh();
  }
}
