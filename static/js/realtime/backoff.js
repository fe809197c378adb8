/* When to try again. Full jitter: after a restart a thousand tabs must not knock in the same instant. */

const FIRST_MS = 500;
const LONGEST_MS = 8_000;
const HIDDEN_MS = 30_000;
const SOONEST_MS = 100;

/** A whole number of ms between `low` and `high`. */
export function between(low, high, random = Math.random) {
  return Math.round(low + random() * (high - low));
}

export class Backoff {
  #tries = 0;

  constructor(random = Math.random) {
    this.random = random;
  }

  /** Milliseconds until the next connection attempt. */
  next(visible) {
    const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#tries);
    this.#tries = Math.min(this.#tries + 1, 10);
    if (!visible) return between(HIDDEN_MS * 0.8, HIDDEN_MS * 1.2, this.random);
    return Math.max(SOONEST_MS, between(0, ceiling, this.random));
  }

  reset() {
    this.#tries = 0;
  }
}

/** Milliseconds until a message is tried again: 1, 2, 4, 8 s ± 50 %, 30 s while nobody looks. */
export function retryDelay(tries, visible, random = Math.random) {
  const middle = visible ? Math.min(LONGEST_MS, 1_000 * 2 ** Math.max(0, tries - 1)) : HIDDEN_MS;
  return between(middle * 0.5, middle * 1.5, random);
}
