/* What was read here before the server knew: its answers of that time may count it still, and are asked for again. */

/** `want(conversation)` fetches its row soon, and with it the numbers above the list. */
export class Early {
  #readings = new Map(); // by conversation: up to which number, and whether an answer came meanwhile
  #asks = new Set(); // for each answer under way, the conversations that the server told of meanwhile

  constructor(want) {
    this.want = want;
  }

  /** Read here and now, up to `number`. */
  read(conversation, number) {
    const overtaken = this.#readings.get(conversation)?.overtaken ?? false;
    this.#readings.set(conversation, { number, overtaken });
  }

  /** The server knows that it was read up to `number`. */
  told(conversation, number) {
    for (const told of this.#asks) told.add(conversation);
    const reading = this.#readings.get(conversation);
    if (!reading || number < reading.number) return;
    this.#readings.delete(conversation);
    if (reading.overtaken) this.want(conversation);
  }

  /** What `ask()` brings. It may have been counted before any of these readings was known. */
  async answer(ask) {
    const told = new Set();
    this.#asks.add(told);
    try {
      return await ask();
    } finally {
      this.#asks.delete(told);
      for (const reading of this.#readings.values()) reading.overtaken = true;
      for (const conversation of told) this.want(conversation);
    }
  }
}
