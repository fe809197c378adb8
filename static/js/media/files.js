/* The composer's files: taken in, shown, and waited for before a message goes. */

import { all, find, me, number } from "../lib/dom.js";
import { isTouch } from "../conversation/field.js";
import { words } from "../words.js";
import { intake } from "./intake.js";
import { Recorder } from "./recorder.js";
import { Rows } from "./rows.js";
import { taken } from "./shared.js";

export class Files {
  #awaited = false;
  #stuck = false; // what stands in the way was said and is still there

  constructor({ form, field, tray, signal }) {
    Object.assign(this, { form, field, tray, signal });
    this.most = number(find("input[type=file]", form).dataset.most);
    this.rows = new Rows({ form, tray, signal });
    intake({ form, section: form.closest("#conversation, .page"), field, signal, take: (files) => this.#take(files) });
    if (find("#record", form)) new Recorder({ form, signal, take: (file) => this.#take([file]) });
    signal.addEventListener("abort", tray.on("changed", () => this.#tell()));
    window.addEventListener("online", () => tray.hurry(), { signal });
    this.#adopt(all("input[name=attachments]", form));
    this.#shared();
    this.#tell();
  }

  get any() {
    return this.tray.uploads.length > 0;
  }

  /** Whether they can all go now. Waits for those under way, once; says what stands in the way. */
  async ready() {
    if (this.#awaited) return false;
    this.#stuck = true;
    this.#awaited = !this.tray.stuck.length;
    this.#tell();
    const settled = this.#awaited && (await this.tray.settled(this.signal));
    this.#awaited = false;
    this.#stuck = this.tray.stuck.length > 0;
    if (this.#stuck) this.#tell();
    else this.rows.say("");
    return settled && !this.#stuck;
  }

  /** What the message carries. */
  get carried() {
    return this.tray.done.map(({ id, name, size }) => ({ id, name, size }));
  }

  sent(files = []) {
    this.tray.sent(files.map(({ id }) => id));
  }

  // ── callbacks ──

  #take(files) {
    const left = this.tray.add(files, this.most);
    if (left) this.rows.say(words.files.tooMany(this.most, left));
    if (!isTouch()) this.field.focus();
  }

  // Another app's files, for the conversation that was chosen for them.
  async #shared() {
    if (location.hash !== "#shared") return;
    history.replaceState(history.state, "", location.pathname);
    const files = await taken(me());
    if (files.length) this.#take(files);
  }

  #adopt(inputs) {
    for (const input of inputs) (input.closest("label") ?? input).remove();
    this.tray.adopt(inputs.map(({ value }) => value));
  }

  // How many are there changes seldom: what is said of them is read out.
  #tell() {
    const { uploads, done, open, stuck } = this.tray;
    this.#stuck &&= this.#awaited || stuck.length > 0;
    if (this.#stuck && stuck.length) this.rows.say(words.files.stuck(stuck.length));
    else if (open) this.rows.say(words.files[this.#awaited ? "awaited" : "progress"](done.length, uploads.length));
    else if (!uploads.length) this.rows.say("");
    else if (!stuck.length && this.rows.said) this.rows.say(words.files.there(uploads.length));
  }
}
