/* A form that sends files along: they go on their way while it is filled in, and it waits for them. It is that of a first
   letter, or one that names its own tray. */

import { all, find, make } from "../lib/dom.js";
import { Files } from "../media/files.js";

export class Letter {
  #form = null;
  #ending = null;
  #going = null; // the files of a letter that was sent off

  constructor(trays) {
    this.trays = trays;
    document.addEventListener("htmx:beforeSwap", (event) => this.#answered(event));
    document.addEventListener("htmx:sendError", () => this.#stays());
    for (const type of ["htmx:afterSwap", "htmx:historyRestore"]) document.addEventListener(type, () => this.#mount());
    this.#mount();
  }

  // ── callbacks ──

  // The form is here, or another one, or none.
  #mount() {
    const form = find("form[data-letter]");
    if (form === this.#form) return;
    this.#ending?.abort();
    this.#form = form;
    this.#going = null;
    if (form) this.#open(form);
  }

  // Before htmx, which takes what the form holds at once. One button only searches for people.
  async #submitted(event) {
    if (event.submitter?.name === "find" || !this.files.any || this.#going) return;
    const { submitter, target } = event;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!(await this.files.ready())) return;
    this.#going = this.files.carried.map(({ id }) => id);
    target.append(...this.#going.map((value) => make("input", { type: "hidden", name: "attachments", value })));
    setTimeout(() => target.requestSubmit(submitter)); // a form does not go while it is asked whether it may
  }

  // Another page than the form answers: the letter is on its way, and its files with it.
  #answered({ detail: { xhr } }) {
    if (!this.#form) return;
    const { pathname } = new URL(xhr?.responseURL || location.href, location.href);
    if (this.#going && /^\/c\/[0-9a-f-]{36}\//.test(pathname)) this.tray.sent(this.#going);
  }

  // Nobody answered: the form is still here, for another try.
  #stays() {
    if (!this.#going) return;
    this.#going = null;
    for (const input of all("input[type=hidden][name=attachments]", this.#form)) input.remove();
  }

  // ── internals ──

  #open(form) {
    const { signal } = (this.#ending = new AbortController());
    const field = find("textarea[name=body]", form) ?? find("input[type=file]", form);
    this.tray = this.trays.of(form.dataset.letter || "new");
    this.files = new Files({ form, field, tray: this.tray, signal });
    form.addEventListener("submit", (event) => this.#submitted(event), { capture: true, signal });
  }
}
