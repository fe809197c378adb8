/* The page's side of the worker: says whose page this is, what is worth keeping, and when nothing may stay. Browsers
   without one lose what is said here and nothing else. */

import { Gather } from "../lib/clock.js";
import { csrfToken } from "../lib/dom.js";
import { invite } from "./invite.js";

const CONVERSATION = /^\/c\/([0-9a-f-]{36})\/$/;
const DWELT_MS = 3_000;
const FORGOTTEN_MS = 2_000;

export class Offline {
  constructor({ user, outbox, feed }) {
    Object.assign(this, { user, outbox, container: navigator.serviceWorker });
    this.dwelt = new Gather(DWELT_MS, () => this.keep());
    feed.on("receipt", (frame) => frame.user === user && this.#quieten(frame.conversation).catch(() => {}));
    if (this.container) this.#start().catch(() => {}); // forbidden here (a private window): pages work without
  }

  /** Another page is looked at: what called for it calls no more. */
  moved() {
    this.dwelt.cancel();
    this.dwelt.soon();
    const [, open] = CONVERSATION.exec(location.pathname) ?? [];
    this.#quieten(open).catch(() => {}); // not allowed to look: then there is none
  }

  /** Has the inbox and what is open kept for when there is no line. */
  async keep() {
    const paths = ["/inbox/", location.pathname];
    (await this.#active())?.postMessage({ type: "keep", user: this.user, paths });
  }

  /** Signing out: resolves once nothing of this person is kept. */
  async forget() {
    const worker = this.container?.controller;
    if (!worker) return;
    const { port1, port2 } = new MessageChannel();
    const done = new Promise((resolve) => (port1.onmessage = resolve));
    worker.postMessage({ type: "forget" }, [port2]);
    await Promise.race([done, new Promise((resolve) => setTimeout(resolve, FORGOTTEN_MS))]);
  }

  // ── internals ──

  async #start() {
    await this.container.register("/sw.js", { updateViaCache: "none" });
    (await this.#active())?.postMessage({ type: "me", user: this.user, csrf: csrfToken() });
    document.addEventListener("visibilitychange", () => document.hidden && this.keep());
    document.addEventListener("htmx:pushedIntoHistory", () => this.moved());
    document.addEventListener("htmx:sendError", (event) => this.#lineIsGone(event.detail));
    this.outbox.on("changed", () => this.#wake());
    invite(this);
    this.moved();
  }

  // It was read here, or on another device.
  async #quieten(tag) {
    const registration = tag && this.container && (await this.container.ready);
    for (const shown of (await registration?.getNotifications({ tag })) ?? []) shown.close();
  }

  async #active() {
    return (await this.container.ready).active;
  }

  // A part of a page cannot be had: the page may be kept.
  #lineIsGone({ requestConfig: { verb, path }, target }) {
    if (this.container.controller && verb === "get" && target.id === "pane") location.assign(path);
  }

  // What waits without a line is sent by the worker when there is one, even if no page is open then.
  async #wake() {
    if (navigator.onLine || !(await this.outbox.entries()).some((entry) => !entry.failed)) return;
    const registration = await this.container.ready;
    await registration.sync?.register("outbox").catch(() => {}); // not allowed: the next open page sends it
  }
}
