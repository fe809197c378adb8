/* The line above the field that says what is answered or changed. */

import { find, setText } from "../lib/dom.js";
import { words } from "../words.js";

export class About {
  editing = null;

  /** `ended()` is called when the person takes it back. */
  constructor({ form, signal, ended }) {
    this.form = form;
    this.box = find("#about", form);
    this.reply = find("input[name=reply_to]", form);
    const leave = (event) => {
      event.preventDefault();
      this.end();
      ended();
    };
    find("#about-end", form)?.addEventListener("click", leave, { signal });
    form.addEventListener("keydown", (event) => event.key === "Escape" && this.shown && leave(event), { signal });
  }

  get shown() {
    return Boolean(this.box && !this.box.hidden);
  }

  answer({ id, name, text }) {
    this.editing = null;
    this.reply.value = id;
    this.#show(words.deeds.answering(name), text);
    this.box.dataset.quotes = id; // changes of it show here, too
  }

  edit({ id, text }) {
    this.editing = id;
    this.reply.value = "";
    this.#show(words.deeds.editing, text);
  }

  end() {
    this.editing = null;
    if (this.reply) this.reply.value = "";
    if (!this.box) return;
    this.#show("", "");
    this.box.hidden = true;
  }

  #show(title, text) {
    delete this.box.dataset.quotes;
    setText(find("#about-title", this.form), title);
    setText(find("#about-text", this.form), text);
    this.box.hidden = false;
  }
}
