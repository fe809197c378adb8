/* The files of a conversation's next message. They go on while another conversation is looked at. */

import { Emitter } from "../lib/emitter.js";
import { clock } from "../lib/clock.js";
import { Kept } from "./kept.js";
import { Upload } from "./upload.js";
import { Wire } from "./wire.js";

const AT_ONCE = 3;

/** The trays of one person, one for each conversation. */
export class Trays {
  #trays = new Map();

  constructor(user, { storage, wire = new Wire(), time = clock } = {}) {
    Object.assign(this, { kept: new Kept(user, storage), wire, time });
  }

  of(conversation) {
    if (!this.#trays.has(conversation)) this.#trays.set(conversation, new Tray(conversation, this));
    return this.#trays.get(conversation);
  }

  /** They sign out: nothing goes on, nothing stays. */
  end() {
    for (const tray of this.#trays.values()) tray.clear();
    this.kept.end();
  }
}

/** Emits "changed" {upload} (null: which ones there are). */
export class Tray extends Emitter {
  uploads = [];

  constructor(conversation, { kept, wire, time }) {
    super();
    Object.assign(this, { conversation, kept, wire, time });
    for (const known of kept.read(conversation)) this.#check(this.#take({ known }));
  }

  get open() {
    return this.uploads.some((upload) => upload.open);
  }

  get done() {
    return this.uploads.filter((upload) => upload.state === "done");
  }

  /** What stands in the way of sending and does not end by itself. */
  get stuck() {
    return this.uploads.filter((upload) => upload.state === "failed" || upload.state === "missing");
  }

  // ── actions ──

  /** Takes files, at most `most` in all; returns how many it did not take. */
  add(files, most = Infinity) {
    const fresh = [...files].filter((file) => !this.#again(file));
    const room = Math.max(0, most - this.uploads.length);
    for (const file of fresh.slice(0, room)) this.#take({ file });
    this.emit("changed", null);
    this.#advance();
    return Math.max(0, fresh.length - room);
  }

  /** Uploads that are finished already: {id, name, size}. */
  put(files) {
    for (const { id, name, size } of files) {
      if (!this.uploads.some((upload) => upload.id === id)) this.#take({ known: { id, name, size, state: "done" } });
    }
    this.#keep();
    this.emit("changed", null);
  }

  /** Files that a form of this page was sent with already, and that its message did not take. */
  async adopt(ids) {
    for (const id of ids) {
      const shown = await this.wire.show(id).catch(() => null);
      if (shown && !["waiting", "refused"].includes(shown.state)) this.put([shown]);
    }
  }

  remove(upload) {
    upload.cancel();
    this.#drop([upload]);
  }

  retry(upload) {
    if (upload.state === "waiting") return upload.hurry();
    upload.take(upload.file);
    return this.#advance();
  }

  hurry() {
    for (const upload of this.uploads) upload.hurry();
  }

  /** They are in a message now. */
  sent(ids) {
    this.#drop(this.uploads.filter((upload) => ids.includes(upload.id)));
  }

  clear() {
    for (const upload of this.uploads) if (upload.open) upload.cancel();
    this.#drop([...this.uploads]);
  }

  /** Resolves once nothing is under way any more; false when `signal` ended it before. */
  settled(signal) {
    if (!this.open) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (value) => {
        off();
        signal?.removeEventListener("abort", gone);
        resolve(value);
      };
      const gone = () => end(false);
      const off = this.on("changed", () => this.open || end(true));
      signal?.addEventListener("abort", gone);
    });
  }

  // ── internals ──

  #take(given) {
    const upload = new Upload({ ...given, wire: this.wire, time: this.time });
    upload.on("changed", () => this.#changed(upload));
    upload.on("ended", () => this.#advance());
    this.uploads.push(upload);
    return upload;
  }

  #changed(upload) {
    this.#keep();
    this.emit("changed", upload);
  }

  #again(file) {
    const upload = this.uploads.find((each) => each.isOf(file));
    upload?.take(file);
    return Boolean(upload);
  }

  #drop(uploads) {
    this.uploads = this.uploads.filter((upload) => !uploads.includes(upload));
    this.#keep();
    this.emit("changed", null);
    this.#advance();
  }

  #advance() {
    const under = this.uploads.filter((upload) => upload.open && upload.state !== "queued").length;
    const queued = this.uploads.filter((upload) => upload.state === "queued");
    for (const upload of queued.slice(0, Math.max(0, AT_ONCE - under))) upload.run();
  }

  #keep() {
    const known = this.uploads.filter(({ id, again }) => id && again).map((upload) => upload.known);
    this.kept.write(this.conversation, known);
  }

  // What was written down is shown at once; what the server says of it is right.
  async #check(upload) {
    const known = (problem) => ({ state: problem.kind === "stale" ? "refused" : "unknown" });
    const { state, arrived = [], part_size: size } = await this.#standing(upload).catch(known);
    if (state === "refused") this.#drop([upload]);
    else if (state !== "unknown" && !upload.file) upload.stands(state === "waiting" ? arrived.length * size : null);
  }

  // Where all of it has arrived, only the word is missing that it has.
  async #standing({ id }) {
    const shown = await this.wire.show(id);
    const whole = shown.state === "waiting" && shown.arrived.length === shown.parts;
    return whole ? this.wire.finish(id).catch(() => shown) : shown;
  }
}
