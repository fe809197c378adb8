/* Turns the socket's frames into events that are in order, without holes and given once. */

import { clock } from "../lib/clock.js";
import { Emitter } from "../lib/emitter.js";

const GAP_MS = 700;
const ASK_AGAIN_MS = 5_000;
const MOST_HELD = 500;

/**
 * Emits "event" (the event frame, in order), "reset" {conversation}, "stale" (every position is unknown),
 * "lossy" (frames were missed: perhaps also such as the log does not carry),
 * "unknown" {conversation} (changed, but not ours to know), and passes on receipt, typing, presence and notify.
 */
export class Feed extends Emitter {
  #held = new Map();
  #asked = new Map();
  #watched = new Set();
  #seenHeads = false;
  #greeted = false;

  constructor({ socket, cursors, time = clock }) {
    super();
    Object.assign(this, { socket, cursors, time });
    socket.on("ready", (frame) => this.#ready(frame));
    socket.on("event", (frame) => this.#take(frame));
    socket.on("replay", (frame) => this.#replay(frame));
    socket.on("level", (frame) => this.#level(frame));
    socket.on("reset", (frame) => this.#reset(frame));
    socket.on("heartbeat", (frame) => this.#compare(frame.heads ?? {}));
    socket.on("error", ({ conversation }) => this.#asked.delete(conversation));
    socket.on("inbox", (frame) => this.emit("unknown", frame));
    for (const type of ["receipt", "typing", "presence", "notify"]) socket.on(type, (frame) => this.emit(type, frame));
  }

  /** A snapshot of `conversation` that ends at `seq` is on the page. What came meanwhile is asked for. */
  watch(conversation, seq) {
    this.cursors.place(conversation, seq);
    this.#asked.delete(conversation);
    if (this.socket.state === "ready") this.#ask(conversation);
    else this.#watched.add(conversation);
  }

  // ── callbacks ──

  #ready(frame) {
    this.#held.clear();
    this.#asked.clear();
    this.#seenHeads = false;
    if (this.#greeted) this.emit("lossy");
    this.#greeted = true;
    this.cursors.epoch = frame.epoch;
    if (this.socket.withoutCursors) this.emit("stale");
    else for (const conversation of this.cursors.unnamed(this.#watched)) this.#ask(conversation);
    this.#watched.clear();
  }

  #take(frame) {
    const { conversation, seq } = frame;
    const place = this.cursors.admit(conversation, seq);
    if (place === "gap") return this.#hold(frame);
    if (place === "next") {
      this.emit("event", frame);
      this.#release(conversation);
    }
    return undefined;
  }

  #replay({ conversation, events, head }) {
    this.#asked.delete(conversation);
    if (this.cursors.last(conversation) < head) this.emit("lossy");
    for (const event of events) this.#take({ ...event, conversation, replayed: true });
    if (this.cursors.last(conversation) < head) this.#ask(conversation);
    this.#release(conversation);
  }

  #level({ conversation, head }) {
    this.#asked.delete(conversation);
    if (!this.cursors.knows(conversation)) this.cursors.place(conversation, head);
  }

  #reset({ conversation, head }) {
    this.#asked.delete(conversation);
    this.#held.delete(conversation);
    this.cursors.place(conversation, head);
    this.emit("reset", { conversation });
  }

  #compare(heads) {
    for (const id of this.cursors.behind(heads)) this.#ask(id);
    const fresh = this.cursors.learn(heads);
    // The first heads after a connect are an inventory; a stranger among later ones is a new conversation.
    if (this.#seenHeads) for (const conversation of fresh) this.emit("unknown", { conversation });
    this.#seenHeads = true;
  }

  // ── internals ──

  #hold(frame) {
    const held = this.#held.get(frame.conversation) ?? new Map();
    if (held.size < MOST_HELD) held.set(frame.seq, frame);
    if (!this.#held.has(frame.conversation)) this.time.after(GAP_MS, () => this.#fill(frame.conversation));
    this.#held.set(frame.conversation, held);
  }

  #fill(conversation) {
    if (this.#held.get(conversation)?.size) this.#ask(conversation);
  }

  #release(conversation) {
    const held = this.#held.get(conversation);
    if (!held) return;
    const next = held.get(this.cursors.last(conversation) + 1);
    for (const seq of held.keys()) if (seq <= this.cursors.last(conversation)) held.delete(seq);
    if (held.size === 0) this.#held.delete(conversation);
    if (next) this.#take(next);
  }

  #ask(conversation) {
    const [asked, now] = [this.#asked.get(conversation) ?? -Infinity, this.time.now()];
    if (now - asked < ASK_AGAIN_MS) return;
    const since = this.cursors.last(conversation) ?? 0;
    if (!this.socket.send({ type: "sync", conversation, since })) return;
    this.#asked.set(conversation, now);
    this.time.after(ASK_AGAIN_MS, () => this.#asked.get(conversation) === now && this.#ask(conversation));
  }
}
