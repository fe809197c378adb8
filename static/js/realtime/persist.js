import { clock } from "../lib/clock.js";
import { retryDelay } from "./backoff.js";

const MOST_TRIES = 20;

/** Does `job` until it works: for what a page must fetch to be right again. Ends with `signal`, or on a plain "no". */
export async function persist(job, signal = null, time = clock) {
  for (let tries = 1; tries <= MOST_TRIES && !signal?.aborted; tries += 1) {
    try {
      return await job();
    } catch (problem) {
      if (problem.status >= 400 && problem.status < 500 && problem.status !== 429) return undefined;
      await new Promise((resolve) => time.after(retryDelay(tries, true), resolve));
    }
  }
  return undefined;
}
