/* The quiet line: says what is wrong with the connection once it lasts, and what is kept meanwhile. */

import { clock } from "../lib/clock.js";
import { clockTime, dayName } from "../conversation/times.js";
import { find, make, setText } from "../lib/dom.js";
import { words } from "../words.js";
import { signInUrl } from "./swaps.js";

const PATIENCE_MS = 2_000;
const OVERLOADED_MS = 20_000;

/** What the line says. `long`: whether the trouble has lasted; returns {text, state, action}. */
export function lineFor({ state, reason, online, waiting, lasting, long, wait = 0, asOf = "" }) {
  const kept = waiting ? `${words.waiting(waiting)}.${lasting ? "" : ` ${words.notKept}`}` : "";
  if (state === "stopped" && reason === "elsewhere") return line(words.elsewhere, "stopped", "reopen");
  if (state === "stopped" && reason === "signin") return line(words.signedOut, "stopped", "signin");
  if (state === "stopped" && reason === "reload") return line(words.reload, "stopped", "reload");
  if (state === "ready") return line(long ? kept : "", "ready");
  if (!long) return line("", state);
  if (!online) return line(said(waiting ? words.offlineKept : words.offline, asOf, kept), "offline");
  return line(said(wait > OVERLOADED_MS ? words.busy : words.reconnecting, asOf, kept), "reconnecting");
}

const said = (...parts) => parts.filter(Boolean).join(" ");
const asOf = (date) => words.asOf(clockTime(date), dayName(date));
const line = (text, state, action = null) => ({ text, state, action });

export class Connection {
  #since = null;
  #waitingSince = null;
  #waiting = 0;
  #cancel = null;

  constructor({ socket, outbox, time = clock }) {
    Object.assign(this, { socket, outbox, time });
    socket.on("state", () => this.draw());
    outbox.on("changed", () => this.count());
    for (const type of ["online", "offline"]) window.addEventListener(type, () => this.draw());
    this.count();
  }

  async count() {
    this.#waiting = (await this.outbox.entries()).filter((entry) => !entry.failed).length;
    this.draw();
  }

  draw() {
    const { state, reason } = this.socket;
    document.body.dataset.live = state;
    this.#since = state === "ready" ? null : (this.#since ?? this.time.now());
    this.#waitingSince = this.#waiting ? (this.#waitingSince ?? this.time.now()) : null;
    const long = this.#lasted(state === "ready" ? this.#waitingSince : this.#since);
    const facts = { state, reason, online: navigator.onLine, waiting: this.#waiting, long };
    this.#show(lineFor({ ...facts, lasting: this.outbox.store.lasting, wait: this.socket.wait, asOf: this.#asOf() }));
  }

  // ── internals ──

  #lasted(since) {
    this.#cancel?.();
    if (since === null) return false;
    const left = since + PATIENCE_MS - this.time.now();
    if (left > 0) this.#cancel = this.time.after(left, () => this.draw());
    return left <= 0;
  }

  // A page that the worker kept catches up once the line is back.
  #asOf() {
    const { dataset } = document.body;
    if (this.socket.state === "ready") delete dataset.kept;
    return dataset.kept ? asOf(new Date(dataset.kept)) : "";
  }

  #show({ text, state, action }) {
    const place = find("#connection");
    if (!place || (place.dataset.said === text && place.dataset.state === state)) return;
    Object.assign(place.dataset, { said: text, state });
    setText(place, text);
    if (action === "signin") place.append(" ", make("a", { href: signInUrl(), target: "_blank" }, words.signInHere));
    else if (action) place.append(" ", this.#button(action));
  }

  #button(action) {
    const label = action === "reload" ? words.reloadButton : words.useThisTab;
    const button = make("button", { type: "button", class: "link" }, label);
    button.addEventListener("click", () => (action === "reload" ? location.reload() : this.socket.reopen()));
    return button;
  }
}
