/* One file on its way: begun, brought in one piece or in parts, finished. A broken line is waited for; what has arrived
   is not sent again. */

import { clock } from "../lib/clock.js";
import { Emitter } from "../lib/emitter.js";
import { retryDelay } from "../realtime/backoff.js";
import { Trouble } from "./wire.js";

const MOST_RESTARTS = 3; // links that were over, files that were swept away
const FINAL = new Set(["refused", "unreadable"]);

/**
 * States: queued, sending, checking, waiting (for the line), done, failed (`reason` says why), missing (was begun before
 * this page; the file has to be chosen again). Emits "changed" and "ended" (done or failed).
 */
export class Upload extends Emitter {
  id = null;
  state = "queued";
  sent = 0;
  reason = "";
  trouble = null; // the kind of what went wrong
  again = true; // whether another try may help
  #ending = new AbortController();
  #wake = null;

  constructor({ file = null, known = {}, wire, time = clock, random = Math.random }) {
    super();
    const { name, size, lastModified: modified } = file ?? known;
    Object.assign(this, { file, name, size, modified, ...known, wire, time, random });
  }

  // ── actions ──

  /** Goes until it is done, failed or taken away. */
  async run() {
    this.#is("sending"); // at once: nobody starts it twice
    for (let tries = 0, restarts = 0; !this.#ending.signal.aborted; ) {
      try {
        return await this.#once();
      } catch (problem) {
        if (this.#ending.signal.aborted) return undefined;
        if (problem.kind === "stale" && (restarts += 1) <= MOST_RESTARTS) this.sent = 0;
        else if (problem.kind === "line" || problem.kind === "busy") await this.#rest(problem, (tries += 1));
        else return this.#fail(problem);
      }
    }
    return undefined;
  }

  /** The line is back, or somebody asks: what waits goes on at once. */
  hurry() {
    this.#wake?.();
  }

  /** Ends it for good; what the server has of it is forgotten. */
  cancel() {
    this.#ending.abort();
    this.#wake?.();
    if (this.id) this.wire.remove(this.id).catch(() => {}); // the server sweeps away what is never sent
  }

  /** The same file, chosen again after a reload. */
  isOf(file) {
    return !this.file && file.name === this.name && file.size === this.size && file.lastModified === this.modified;
  }

  /** Begun before this page: so much of it has arrived, or (null) all. */
  stands(arrived) {
    this.sent = Math.min(this.size, arrived ?? this.size);
    this.#is(arrived === null ? "done" : "missing");
  }

  take(file) {
    this.file = file;
    this.#is("queued");
  }

  get open() {
    return ["queued", "sending", "checking", "waiting"].includes(this.state);
  }

  get known() {
    const { id, name, size, modified } = this;
    return { id, name, size, modified, state: this.state === "done" ? "done" : "missing" };
  }

  // ── internals ──

  async #once() {
    const { signal } = this.#ending;
    if (!(await isReadable(this.file))) throw new Trouble("unreadable");
    this.#is("sending");
    const slot = this.id ? null : await this.#begin(signal);
    if (slot?.parts === 1) await this.#bring(slot, this.file, 0, signal);
    else await this.#parts(signal);
    this.#is("checking");
    await this.wire.finish(this.id, signal);
    this.sent = this.size;
    this.#is("done");
    this.emit("ended");
  }

  async #begin(signal) {
    const { name, size, type, purpose } = this.file;
    const slot = await this.wire.begin({ name, size, type, ...(purpose && { purpose }) }, signal);
    this.id = slot.id;
    this.emit("changed");
    return slot;
  }

  // What has arrived is asked for, not remembered: the server alone knows.
  async #parts(signal) {
    const { state, parts, part_size: size, arrived } = await this.#shown(signal);
    if (state !== "waiting") return;
    const here = new Set(arrived);
    let before = [...here].reduce((sum, number) => sum + this.#piece(number, size).size, 0);
    for (let number = 1; number <= parts; number += 1) {
      if (here.has(number)) continue;
      const piece = this.#piece(number, size);
      await this.#bring(await this.wire.part(this.id, number, signal), piece, before, signal);
      before += piece.size;
    }
  }

  // One that was swept away meanwhile is begun anew.
  async #shown(signal) {
    try {
      return await this.wire.show(this.id, signal);
    } catch (problem) {
      if (problem.kind === "stale") this.id = null;
      throw problem;
    }
  }

  #piece(number, size) {
    return this.file.slice((number - 1) * size, number * size);
  }

  #bring(slot, blob, before, signal) {
    const told = (bytes) => {
      this.sent = before + bytes;
      this.emit("changed");
    };
    return this.wire.bring(slot, blob, { told, signal });
  }

  async #rest({ detail, ms }, tries) {
    this.reason = detail;
    this.#is("waiting");
    await new Promise((resolve) => {
      const cancel = this.time.after(ms ?? retryDelay(tries, true, this.random), resolve);
      this.#wake = () => resolve(cancel());
    });
    this.#wake = null;
  }

  #fail(problem) {
    if (!(problem instanceof Trouble)) reportError(problem);
    this.reason = problem.detail ?? "";
    this.trouble = problem.kind;
    this.again = !FINAL.has(problem.kind);
    this.#is("failed");
    this.emit("ended");
  }

  #is(state) {
    this.state = state;
    this.emit("changed");
  }
}

// A folder that was dropped, or a file that was moved away: the browser names it and cannot read it.
async function isReadable(file) {
  return file.slice(0, 1).arrayBuffer().then(() => true, () => false);
}
