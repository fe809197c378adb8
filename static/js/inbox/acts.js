/* Forms that change how something stands in the inbox (`data-act`): sent by fetch, said at the edge, undone there. */

import { csrfToken, find } from "../lib/dom.js";
import { words } from "../words.js";

/** `done(answer)` is told what came back: {words, undo, conversations, away, …}. `ended()`: the session is over. */
export class Acts {
  constructor({ toast, done, ended }) {
    Object.assign(this, { toast, done, ended });
    document.addEventListener("submit", (event) => this.#submitted(event));
  }

  // ── actions ──

  /** Does to one conversation what its form would do: the open one's own form knows whether it is on. */
  toggle(name, conversation, on = true) {
    const form = find(`#conversation[data-conversation="${CSS.escape(conversation)}"] form[data-act="${name}"]`);
    if (form) return this.#send(form, find("button", form));
    return this.post(`/c/${conversation}/${name}/`, new URLSearchParams({ on: on ? "1" : "0" }));
  }

  async post(url, body = new URLSearchParams()) {
    const answer = await this.#ask(url, body).catch(() => null);
    if (!answer) return this.toast.say(words.notDone);
    if (answer.detail) return this.toast.say(answer.detail);
    this.toast.say(answer.words, answer.undo ? () => this.post(answer.undo) : null);
    return this.done(answer);
  }

  // ── callbacks ──

  #submitted(event) {
    const form = event.target.closest("form[data-act]");
    if (!form || event.defaultPrevented) return;
    event.preventDefault();
    this.#send(form, event.submitter);
  }

  // ── internals ──

  #send(form, submitter) {
    const body = new URLSearchParams(new FormData(form, submitter));
    (form.closest("[popover]:popover-open") ?? find("[popover]:popover-open", form))?.hidePopover();
    return this.post(form.getAttribute("action"), body);
  }

  async #ask(url, body) {
    const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
    const answer = await fetch(url, { method: "POST", body, headers, credentials: "same-origin", redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.status === 401) this.ended();
    return answer.json();
  }
}
