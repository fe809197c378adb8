/* Time as a thing that can be handed in: tests bring their own. */

/** A clock that follows `wall` but never goes back: a watch that is set right must not stop what waits by it. */
export function forwardOnly(wall) {
  let [latest, shift] = [-Infinity, 0];
  return () => {
    const now = wall();
    if (now + shift < latest) shift = latest - now;
    latest = now + shift;
    return latest;
  };
}

export const clock = {
  now: forwardOnly(() => Date.now()),

  /** Runs `job` after `ms`; returns a function that cancels it. */
  after(ms, job) {
    const timer = setTimeout(job, ms);
    return () => clearTimeout(timer);
  },
};

/** Collects calls into one, `ms` after the first of them; `now()` runs what waits at once. */
export class Gather {
  #cancel = null;

  constructor(ms, job, time = clock) {
    Object.assign(this, { ms, job, time });
  }

  soon() {
    this.#cancel ??= this.time.after(this.ms, () => this.now());
  }

  now() {
    this.cancel();
    this.job();
  }

  cancel() {
    this.#cancel?.();
    this.#cancel = null;
  }
}
