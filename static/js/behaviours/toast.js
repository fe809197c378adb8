/* One line at the edge that says what was done, with a way back; it leaves by itself unless somebody is at it. */

import { clock } from "../lib/clock.js";
import { find, make } from "../lib/dom.js";
import { words } from "../words.js";

const SHOWN_MS = 8_000;

export class Toast {
  #cancel = null;
  #undo = null;

  constructor({ time = clock } = {}) {
    this.time = time;
  }

  /** Says `text`; `undo()` takes it back. */
  say(text, undo = null) {
    this.#undo = undo;
    this.#show(text, undo && words.undo, () => this.undo());
  }

  /** Says `text`; `act()` is what its button, called `name`, does. There is nothing to take back then. */
  tell(text, name, act) {
    this.#undo = null;
    this.#show(text, name, () => {
      this.hide();
      act();
    });
  }

  /** Takes the last thing back, as long as it is said here. */
  undo() {
    const undo = this.#undo;
    this.hide();
    undo?.();
  }

  hide() {
    this.#undo = null;
    this.#cancel?.();
    this.#box().hidden = true;
  }

  // ── internals ──

  #show(text, name, act) {
    const button = name && make("button", { type: "button", class: "link" }, name);
    button?.addEventListener("click", act);
    const box = this.#box();
    box.replaceChildren(make("span", {}, text), ...(button ? [button] : []));
    box.hidden = false;
    this.#later();
  }

  #box() {
    return find("#toast") ?? document.body.appendChild(this.#build());
  }

  #build() {
    const box = make("div", { id: "toast", class: "toast", role: "status", "aria-live": "polite", hidden: true });
    for (const type of ["mouseenter", "focusin"]) box.addEventListener(type, () => this.#cancel?.());
    for (const type of ["mouseleave", "focusout"]) box.addEventListener(type, () => this.#later());
    return box;
  }

  #later() {
    this.#cancel?.();
    this.#cancel = this.time.after(SHOWN_MS, () => this.hide());
  }
}
