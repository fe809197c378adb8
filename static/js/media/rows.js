/* What is seen of the files above the field: a row each, and one line that tells of all. */

import { clock } from "../lib/clock.js";
import { all, find, setText } from "../lib/dom.js";
import { words } from "../words.js";
import { inWords, Pace } from "./sizes.js";

export class Rows {
  #nodes = new Map();
  #paces = new Map();
  #pictures = new Map();

  constructor({ form, tray, signal }) {
    Object.assign(this, { form, tray });
    this.list = find("#uploads", form);
    this.line = find("#uploads-said", form);
    this.field = find("textarea[name=body]", form);
    signal.addEventListener("abort", tray.on("changed", (upload) => this.#draw(upload)));
    signal.addEventListener("abort", () => this.#forget([...this.#nodes.keys()]));
    this.list.addEventListener("click", (event) => this.#clicked(event), { signal });
    this.#draw(null);
  }

  /** Said below the rows, and read out, until it is something else or nothing. */
  say(text) {
    setText(this.line, text);
  }

  get said() {
    return this.line.textContent;
  }

  // ── callbacks ──

  #clicked({ target }) {
    const button = target.closest("button");
    const upload = button && this.tray.uploads.find((each) => this.#nodes.get(each)?.contains(button));
    if (!upload) return;
    if (button.matches(".again")) this.tray.retry(upload);
    else this.tray.remove(upload);
    this.field.focus();
  }

  #draw(upload) {
    if (!upload) return this.#all();
    const node = this.#nodes.get(upload);
    return node && this.#fill(node, upload);
  }

  // ── internals ──

  #all() {
    const { uploads } = this.tray;
    this.#forget([...this.#nodes.keys()].filter((upload) => !uploads.includes(upload)));
    for (const upload of uploads) {
      if (!this.#nodes.has(upload)) this.list.append(this.#build(upload));
      this.#fill(this.#nodes.get(upload), upload);
    }
    this.list.hidden = !uploads.length;
  }

  #forget(uploads) {
    for (const upload of uploads) {
      this.#nodes.get(upload).remove();
      if (this.#pictures.has(upload)) URL.revokeObjectURL(this.#pictures.get(upload));
      for (const map of [this.#nodes, this.#paces, this.#pictures]) map.delete(upload);
    }
  }

  #build(upload) {
    const node = find("#upload-row", this.form).content.firstElementChild.cloneNode(true);
    setText(find("b", node), upload.name);
    for (const button of all("button", node)) button.setAttribute("aria-label", `${button.title}: ${upload.name}`);
    find("progress", node).setAttribute("aria-label", upload.name);
    this.#nodes.set(upload, node);
    this.#paces.set(upload, new Pace(clock.now));
    if (upload.file?.type.startsWith("image/")) this.#picture(node, upload);
    return node;
  }

  // Not every browser draws every picture: then the sign of a file stays.
  #picture(node, upload) {
    const picture = find("img", node);
    const address = URL.createObjectURL(upload.file);
    this.#pictures.set(upload, address);
    picture.addEventListener("load", () => (picture.hidden = false));
    picture.src = address;
  }

  #fill(node, upload) {
    const { state, sent, size } = upload;
    const bar = find("progress", node);
    node.dataset.state = state;
    bar.hidden = !upload.open;
    bar.value = size ? sent / size : 0;
    const line = find("small", node);
    if (state === "failed") line.setAttribute("role", "alert");
    else line.removeAttribute("role");
    setText(line, this.#said(upload));
    find(".again", node).hidden = !(state === "waiting" || (state === "failed" && upload.again));
  }

  #said(upload) {
    const { state, sent, size, reason, trouble } = upload;
    const [whole, percent] = [inWords(size), size ? Math.floor((100 * sent) / size) : 0];
    if (state === "sending") return words.files.sending(percent, whole, this.#speed(upload));
    if (state === "failed") return reason || words.files.troubles[trouble] || words.files.failed;
    if (state === "missing") return words.files.missing(percent);
    if (state === "waiting") return reason || words.files.waiting;
    return words.files.states[state](whole);
  }

  #speed(upload) {
    const pace = this.#paces.get(upload).at(upload.sent);
    return pace ? inWords(Math.round(pace)) : "";
  }
}
