/* Sizes and speeds as people say them; the words are those of media/policy.py. */

const UNITS = [["GB", 2 ** 30], ["MB", 2 ** 20], ["KB", 2 ** 10]];
const LOOK_BACK_MS = 3_000;

export function inWords(size) {
  const [unit, bytes] = UNITS.find(([, least]) => size >= least) ?? [size === 1 ? "byte" : "bytes", 1];
  const amount = size / bytes;
  const digits = amount < 10 && amount !== Math.round(amount) ? 1 : 0;
  return `${amount.toFixed(digits)} ${unit}`;
}

/** How fast something goes, by what was told of it in the last seconds. */
export class Pace {
  #told = [];

  constructor(now) {
    this.now = now;
  }

  /** Bytes a second, or 0 where it cannot be said yet. */
  at(bytes) {
    const at = this.now();
    this.#told = [...this.#told.filter((one) => one.bytes <= bytes && at - one.at <= LOOK_BACK_MS), { at, bytes }];
    const [first] = this.#told;
    return at - first.at >= 500 ? ((bytes - first.bytes) * 1_000) / (at - first.at) : 0;
  }
}
