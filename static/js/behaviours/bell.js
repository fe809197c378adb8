/* The bell: how many notices wait, the same on every device, and a line (and a sound, if wished) for each new one. */

import { Gather } from "../lib/clock.js";
import { all, csrfToken, find } from "../lib/dom.js";
import { words } from "../words.js";
import { chime } from "./chime.js";

const READ = "form[data-notices]";

/** `app`: {socket, feed, counts, own, pane}. */
export class Bell {
  #ready = false;
  #counting = new Gather(500 + Math.random() * 2000, () => this.#recount());

  constructor(app) {
    this.app = app;
    app.socket.on("notices", ({ waiting }) => this.#waiting(waiting));
    app.socket.on("notify", (frame) => this.#notify(frame));
    app.feed.on("event", ({ event }) => event === "message.deleted" && this.#fewer());
    app.socket.on("state", ({ state }) => state === "ready" && this.#back());
    document.addEventListener("submit", (event) => this.#submitted(event));
    document.addEventListener("click", ({ target }) => this.#opened(target));
  }

  // ── callbacks ──

  #waiting(count) {
    this.app.counts.set("notices", count);
    this.#renew();
  }

  /** What is open before one's eyes needs no word. */
  #notify({ title, url, conversation }) {
    const seen = document.visibilityState === "visible" && conversation && this.app.pane?.id === conversation;
    if (seen) return;
    if ("sound" in document.body.dataset) chime();
    if (!("hush" in document.body.dataset)) this.app.own.toast.tell(title, words.open, () => location.assign(url));
  }

  /** The link was gone for a while: what was told meanwhile is asked for. The page itself brought the first number. */
  #back() {
    if (this.#ready) this.#recount();
    this.#ready = true;
  }

  /** Perhaps a notice told of it. Many hear of a deletion at once, and few need ask. */
  #fewer() {
    if (this.app.counts.waiting.notices) this.#counting.soon();
  }

  #submitted(event) {
    const levels = event.target.closest("form.levels");
    for (const button of levels ? all("button", levels) : []) button.ariaPressed = String(button === event.submitter);
    const form = event.target.closest(READ);
    if (!form || event.defaultPrevented) return;
    event.preventDefault();
    this.#ask(form.getAttribute("action")); // the server's answer comes by the socket, as to every other device
  }

  /** Who follows a notice has seen it. */
  #opened(target) {
    const notice = target.closest("[data-notice] a.what")?.closest("[data-notice]");
    if (notice?.classList.contains("fresh")) this.#ask(`/notifications/${notice.dataset.notice}/read/`);
  }

  // ── internals ──

  #recount() {
    this.#ask("/api/v1/me", "GET").then((me) => me && this.#waiting(me.notices));
  }

  #renew() {
    const list = find("#notices");
    if (list) globalThis.htmx?.ajax("GET", list.dataset.url, { target: "#pane", swap: "innerHTML show:none" });
  }

  async #ask(url, method = "POST") {
    const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
    const answer = await fetch(url, { method, headers, credentials: "same-origin", keepalive: true }).catch(() => null);
    return answer?.ok && answer.status !== 204 ? answer.json() : null;
  }
}
