/* Time as a thing that can be handed in: tests bring their own. */

export const clock = {
  now: () => Date.now(),

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
