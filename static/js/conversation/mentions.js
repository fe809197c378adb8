/* While `@na` is typed: the members it may mean, chosen by keys or pointer. */

import { fetchPartial } from "../html.js";
import { Gather } from "../lib/clock.js";
import { all, find } from "../lib/dom.js";

const WAIT_MS = 120;
const TYPED = /(?:^|[^\w@.+/-])@([a-z0-9._-]{0,30})$/i;

export class Mentions {
  #asked = 0;

  constructor({ form, field, signal }) {
    Object.assign(this, { form, field, signal, box: find("#callable", form) });
    if (!this.box) return;
    this.asking = new Gather(WAIT_MS, () => this.#ask());
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", this.box.id);
    field.addEventListener("input", () => this.#typed(), { signal });
    field.addEventListener("blur", () => this.#close(), { signal });
    // Before the composer's own keys: Enter chooses here, and sends otherwise.
    form.addEventListener("keydown", (event) => this.#pressed(event), { signal, capture: true });
    this.box.addEventListener("pointerdown", (event) => this.#picked(event), { signal });
  }

  // ── callbacks ──

  #typed() {
    if (this.#begun() === null) this.#close();
    else this.asking.soon();
  }

  #pressed(event) {
    if (this.box.hidden || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#move(step);
    else if (event.key === "Enter" || event.key === "Tab") this.#choose(this.#chosen());
    else if (event.key === "Escape") this.#close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #picked(event) {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) this.#choose(option);
  }

  // ── internals ──

  /** What follows the @ before the caret; null where there is none. */
  #begun() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    return TYPED.exec(before)?.[1] ?? null;
  }

  async #ask() {
    const begun = this.#begun();
    if (begun === null) return;
    const turn = ++this.#asked;
    const url = `/c/${this.form.dataset.conversation}/mentions/?q=${encodeURIComponent(begun)}`;
    try {
      const nodes = await fetchPartial(url, { target: this.box.id, signal: this.signal });
      if (turn === this.#asked && this.#begun() !== null) this.#show(nodes);
    } catch {
      this.#close(); // the name can be typed by hand
    }
  }

  #show(nodes) {
    this.box.replaceChildren(...nodes.children);
    this.box.hidden = !this.#options().length || document.activeElement !== this.field;
    if (!this.box.hidden) this.#select(this.#options()[0]);
  }

  #options() {
    return all("[role=option]", this.box);
  }

  #chosen() {
    return find("[aria-selected=true]", this.box);
  }

  #select(option) {
    for (const each of this.#options()) each.setAttribute("aria-selected", each === option ? "true" : "false");
    this.field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  #move(step) {
    const options = this.#options();
    this.#select(options[(options.indexOf(this.#chosen()) + step + options.length) % options.length]);
  }

  #choose(option) {
    const { field } = this;
    const start = field.selectionStart - (this.#begun()?.length ?? 0);
    field.setRangeText(`${option.dataset.name} `, start, field.selectionStart, "end");
    this.#close();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #close() {
    this.#asked += 1;
    this.box.hidden = true;
    this.field.removeAttribute("aria-activedescendant");
  }
}
