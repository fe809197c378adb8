/* What the unit tests of plain classes share: time that is told to pass, and a socket on a string. */

import { Emitter } from "/static/js/lib/emitter.js";

export function equal(found, wanted, what = "value") {
  const [a, b] = [found, wanted].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`${what}: found ${a}, wanted ${b}`);
}

export const settled = async (turns = 20) => {
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
};

export class Time {
  at = 1_000_000;
  #jobs = [];

  now = () => this.at;

  after = (ms, job) => {
    const entry = { due: this.at + ms, job };
    this.#jobs.push(entry);
    return () => (this.#jobs = this.#jobs.filter((other) => other !== entry));
  };

  get next() {
    return Math.min(...this.#jobs.map((entry) => entry.due)) - this.at;
  }

  async pass(ms) {
    const end = this.at + ms;
    for (;;) {
      const due = this.#jobs.filter((entry) => entry.due <= end).sort((a, b) => a.due - b.due)[0];
      if (!due) break;
      this.#jobs = this.#jobs.filter((entry) => entry !== due);
      this.at = due.due;
      due.job();
      await settled();
    }
    this.at = end;
    await settled();
  }
}

/** Stands for realtime/socket.js. */
export class Line extends Emitter {
  sent = [];
  state = "ready";
  user = "me";
  failures = 0;

  send(frame) {
    if (this.state === "ready") this.sent.push(frame);
    return this.state === "ready";
  }

  says(frame) {
    this.emit(frame.type, frame);
  }

  of(type) {
    return this.sent.filter((frame) => frame.type === type);
  }
}

/** Stands for the browser's WebSocket; `Channel.all` are those that were opened. */
export function channel() {
  return class Channel {
    static all = [];
    sent = [];
    open = true;

    constructor(url, protocol) {
      Object.assign(this, { url, protocol });
      Channel.all.push(this);
    }

    static get last() {
      return Channel.all.at(-1);
    }

    send(text) {
      this.sent.push(JSON.parse(text));
    }

    close() {
      this.open = false;
    }

    greet(more = {}) {
      this.onopen();
      this.say({ type: "ready", epoch: "e1", user: "me", heartbeat_ms: 10_000, ...more });
    }

    say(frame) {
      this.onmessage({ data: JSON.stringify(frame) });
    }

    end(code) {
      this.onclose({ code });
    }
  };
}

/** Stands for realtime/store.js. */
export class Shelf {
  rows = new Map();
  lasting = true;
  #n = 0;

  async all(user) {
    return [...this.rows.values()].filter((entry) => entry.user === user).sort((a, b) => a.n - b.n);
  }

  async add(entry) {
    const kept = { ...entry, n: (this.#n += 1) };
    this.rows.set(kept.n, kept);
    return kept;
  }

  async put(entry) {
    this.rows.set(entry.n, entry);
    return entry;
  }

  async remove(n) {
    this.rows.delete(n);
  }
}
