/* One WebSocket per tab: opens, greets, watches its pulse and comes back. It knows nothing of conversations. */

import { clock } from "../lib/clock.js";
import { Emitter } from "../lib/emitter.js";
import { Backoff } from "./backoff.js";
import { isStrike, verdict } from "./closes.js";

const PROTOCOL = "chatify.v1";
const HANDSHAKE_MS = 10_000;
const MINUTE_MS = 60_000;
const STEADY_MS = 60_000;

/**
 * States: idle, connecting, ready, waiting (for the next attempt), stopped (see `reason`: signin, elsewhere, reload).
 * Emits "state", "frame", every frame under its own type, and "closed" {code, dropSend}.
 * `hello(useCursors)` returns the greeting's fields.
 */
export class Socket extends Emitter {
  state = "idle";
  reason = null;
  user = null;
  failures = 0;
  #ws = null;
  #cancel = {};
  #bye = null;
  #strikes = 0;
  #useCursors = true;
  #notBefore = 0;
  #readySince = 0;
  #lastBeat = 0;
  #quietMs = 20_000;

  constructor({ url, hello, visible = () => true, time = clock, random = Math.random, Channel = globalThis.WebSocket }) {
    super();
    Object.assign(this, { url, hello, visible, time, random, Channel });
    this.backoff = new Backoff(random);
  }

  /** Milliseconds that must pass before the next attempt, whatever happens. */
  get wait() {
    return Math.max(0, this.#notBefore - this.time.now());
  }

  start() {
    if (this.state === "idle") this.#connect();
  }

  /** Leaves quietly: the page is being put away. `start()` comes back. */
  pause() {
    this.#drop();
    this.#become("idle");
  }

  /** Opens again because a person asked to, or because this closed for good and something changed. */
  reopen() {
    this.#notBefore = 0;
    this.#strikes = 0;
    this.#drop();
    this.#connect();
  }

  /** Closes for good, for a reason found elsewhere. */
  halt(reason) {
    this.#drop();
    this.#become("stopped", reason);
  }

  /** The network is back, or the tab is looked at again after `hiddenMs`. */
  wake(hiddenMs = Infinity) {
    if (this.state === "ready") return this.#checkPulse();
    if (this.state !== "waiting") return undefined;
    return this.#plan(hiddenMs >= MINUTE_MS ? this.wait : Math.max(this.wait, this.backoff.next(true)));
  }

  /** The network was away and is back: whatever is open may lead nowhere. */
  renew() {
    if (this.state === "ready" || this.state === "connecting") this.#closed(1006);
    this.wake();
  }

  /** True when the frame was handed to an open socket. */
  send(frame) {
    if (this.state !== "ready" || this.#ws.readyState > 1) return false;
    this.#ws.send(JSON.stringify(frame));
    return true;
  }

  // ── callbacks ──

  #opened() {
    const greeting = { type: "hello", format: "html", ...this.hello(this.#useCursors) };
    this.#ws.send(JSON.stringify(greeting));
  }

  #received(text) {
    const frame = readFrame(text);
    if (!frame) return;
    if (frame.type === "ready") this.#ready(frame);
    if (frame.type === "heartbeat") this.#lastBeat = this.time.now();
    if (frame.type === "bye") this.#bye = frame.after_ms ?? null;
    this.emit("frame", frame);
    this.emit(frame.type, frame);
  }

  #ready(frame) {
    this.#stop("handshake");
    Object.assign(this, { user: frame.user, epoch: frame.epoch, failures: 0 });
    this.withoutCursors = !this.#useCursors;
    this.#useCursors = true;
    this.#quietMs = 2 * (frame.heartbeat_ms || 10_000);
    this.#readySince = this.#lastBeat = this.time.now();
    this.backoff.reset();
    this.#watchPulse();
    this.#become("ready");
  }

  #closed(code) {
    const stayed = this.state === "ready" && this.time.now() - this.#readySince > STEADY_MS;
    this.#strikes = (stayed ? 0 : this.#strikes) + (isStrike(code) ? 1 : 0);
    if (this.state !== "ready") this.failures += 1;
    const todo = verdict(code, { strikes: this.#strikes, afterMs: this.#bye, random: this.random });
    this.#drop();
    this.#useCursors = this.#useCursors && todo.cursors;
    this.emit("closed", { code, dropSend: todo.dropSend });
    if (todo.action === "reconnect") this.#comeBack(todo.delay);
    else this.#become("stopped", todo.action);
  }

  // ── internals ──

  #connect() {
    this.#become("connecting");
    this.#bye = null;
    const ws = (this.#ws = new this.Channel(this.url, PROTOCOL));
    ws.onopen = () => this.#opened();
    ws.onmessage = (message) => this.#received(message.data);
    ws.onclose = (event) => this.#closed(event.code);
    this.#later("handshake", HANDSHAKE_MS, () => this.#closed(1006));
  }

  #comeBack(delay) {
    this.#notBefore = delay === null ? 0 : this.time.now() + delay;
    this.#become("waiting");
    this.#plan(delay ?? this.backoff.next(this.visible()));
  }

  #plan(ms) {
    this.#later("retry", ms, () => this.#connect());
  }

  #watchPulse() {
    const left = this.#lastBeat + this.#quietMs - this.time.now();
    this.#later("pulse", Math.min(left, this.#quietMs / 4), () => {
      this.#checkPulse();
      if (this.state === "ready") this.#watchPulse();
    });
  }

  // A half-open connection answers nothing, not even a close: we leave without waiting for one.
  #checkPulse() {
    if (this.time.now() - this.#lastBeat >= this.#quietMs) this.#closed(1006);
  }

  #drop() {
    for (const name of Object.keys(this.#cancel)) this.#stop(name);
    const ws = this.#ws;
    this.#ws = null;
    if (!ws) return;
    ws.onopen = ws.onmessage = ws.onclose = null;
    ws.close();
  }

  #become(state, reason = null) {
    Object.assign(this, { state, reason });
    this.emit("state", { state, reason });
  }

  #later(name, ms, job) {
    this.#stop(name);
    this.#cancel[name] = this.time.after(ms, job);
  }

  #stop(name) {
    this.#cancel[name]?.();
    delete this.#cancel[name];
  }
}

function readFrame(text) {
  try {
    const frame = JSON.parse(text);
    return typeof frame?.type === "string" ? frame : null;
  } catch {
    return null;
  }
}
