/* What is done to a message: asked of the server by the same forms that work without a script. */

import { ask } from "../behaviours/dialogs.js";
import { enliven } from "../html.js";
import { all, csrfToken, find, make } from "../lib/dom.js";
import { words } from "../words.js";
import { takeOff } from "./changes.js";

const idOf = (item) => item.id.slice(2);

/** Each deed takes the `<li>` of a message. What it changed for everybody comes back as an event. */
export class Deeds {
  constructor(pane) {
    this.pane = pane;
  }

  reply(item) {
    const name = find(".name", item)?.textContent.trim() ?? "";
    this.pane.composer?.answer({ id: idOf(item), name, text: textOf(item) });
  }

  edit(item) {
    return this.#trying(async () => {
      const { body } = await this.#ask(`/m/${idOf(item)}/edit/`);
      this.pane.composer?.edit({ id: idOf(item), body });
    });
  }

  /** Called by the composer; resolves with whether it is kept. */
  save(id, body) {
    return this.#trying(() => this.#post(`/m/${id}/edit/`, { body }));
  }

  async star(item) {
    const on = !item.classList.contains("starred");
    const done = await this.#trying(() => this.#post(`/m/${idOf(item)}/star/`, { on: on ? "1" : "0" }));
    if (!done) return;
    document.getElementById(item.id)?.classList.toggle("starred", on);
    this.#say(on ? words.deeds.starred : words.deeds.unstarred);
  }

  pin(item) {
    const on = item.classList.contains("pinned") ? "0" : "1";
    return this.#trying(() => this.#post(`/m/${idOf(item)}/pin/`, { on }));
  }

  /** `on`: give or take back; left out, the server knows what it is now. */
  emoji(item, emoji, on) {
    const wish = on === undefined ? "" : on ? "add" : "remove";
    return this.#trying(() => this.#post(`/m/${idOf(item)}/react/`, { emoji, do: wish }));
  }

  /** Takes the cards of a message's links away, or the one whose button it was; they go for everybody, by an event. */
  unpreview(item, button = null) {
    const ids = (button ? [button] : all("[data-preview]", item)).map(({ dataset }) => dataset.preview);
    return this.#trying(() => Promise.all(ids.map((id) => this.#post(`/previews/${id}/remove/`))));
  }

  forward(item) {
    this.#visit(`/forward/?message=${idOf(item)}`);
  }

  answer(item) {
    this.#visit(`/m/${idOf(item)}/answer/`);
  }

  history(item) {
    this.#visit(`/m/${idOf(item)}/history/`);
  }

  select(item) {
    this.#visit(`/c/${this.pane.id}/?at=${item.dataset.number}&select=${idOf(item)}`);
  }

  copy(item) {
    return this.#copy(find(".text", item)?.innerText.trim() ?? "", words.deeds.copied);
  }

  copyAll(items) {
    const lines = items.map((item) => `${find(".name", item)?.textContent.trim()}: ${find(".text", item)?.innerText.trim()}`);
    return this.#copy(lines.join("\n\n"), words.deeds.copied);
  }

  link(item) {
    return this.#copy(`${location.origin}/c/${this.pane.id}/?at=${item.dataset.number}#${item.id}`, words.deeds.linked);
  }

  async unread(item) {
    this.pane.reading.rewind();
    if (await this.#trying(() => this.#post(`/m/${idOf(item)}/unread/`))) this.#say(words.deeds.unread);
  }

  async hide(item) {
    const id = idOf(item);
    if (!(await this.#trying(() => this.#post(`/m/${id}/delete/`, { for: "me" })))) return;
    takeOff(this.pane, id);
    this.#say(words.deeds.hidden, () => this.#restore(id));
  }

  async delete(item) {
    const sure = await ask({ text: words.deeds.sure, yes: words.deeds.delete, no: words.deeds.keep });
    if (sure) await this.#trying(() => this.#post(`/m/${idOf(item)}/delete/`, { for: "everyone" }));
  }

  // ── internals ──

  #restore(id) {
    return this.#trying(async () => {
      await this.#post(`/m/${id}/restore/`);
      await this.pane.reset();
    });
  }

  #say(text, undo = null) {
    this.pane.app.own.toast.say(text, undo);
  }

  async #copy(text, said) {
    if (await this.#trying(() => navigator.clipboard.writeText(text))) this.#say(said);
  }

  // A link that htmx follows: into the pane, with its own entry in the history.
  #visit(href) {
    const link = make("a", { href, hidden: true, "hx-boost": "true", "hx-target": "#pane", "hx-swap": "innerHTML show:none" });
    this.pane.section.append(link);
    enliven(link);
    link.click();
  }

  #post(url, fields = {}) {
    return this.#ask(url, { method: "POST", body: new URLSearchParams(fields) });
  }

  async #ask(url, more = {}) {
    const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
    const answer = await fetch(url, { headers, credentials: "same-origin", redirect: "manual", ...more });
    if (answer.type === "opaqueredirect" || answer.status === 401) this.pane.app.signIn();
    const told = await answer.json();
    if (!answer.ok) throw new Refused(told.detail);
    return told;
  }

  /** Runs `work`; what goes wrong is said, and false returned. */
  async #trying(work) {
    try {
      await work();
      return true;
    } catch (problem) {
      this.#say(problem instanceof Refused ? problem.message : words.deeds.failed);
      return false;
    }
  }
}

class Refused extends Error {}

const textOf = (item) => find(".text", item)?.innerText.replace(/\s+/g, " ").trim().slice(0, 120) ?? "";
