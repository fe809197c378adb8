/* Pictures large, over the page: those that the page shows, one after the other. Without this they are links. */

import { all, find, make, setText } from "../lib/dom.js";
import { words } from "../words.js";

const PICTURES = "a.picture[data-file]";
const SWIPE_PX = 48;

export class Gallery {
  #shown = null; // {file, home, opener}
  #from = null; // where a finger was put down

  constructor() {
    document.addEventListener("click", (event) => this.#clicked(event));
    document.addEventListener("keydown", (event) => this.#pressed(event));
    for (const type of ["pointerdown", "pointerup", "pointercancel"]) {
      document.addEventListener(type, (event) => this.#touched(event));
    }
    this.watching = new MutationObserver(() => this.#place());
  }

  get dialog() {
    return find("#gallery");
  }

  // ── callbacks ──

  #clicked(event) {
    const { target } = event;
    if (target.closest("#gallery .earlier")) return this.#step(-1);
    if (target.closest("#gallery .later")) return this.#step(1);
    const link = target.closest(PICTURES);
    const plain = !event.defaultPrevented && !event.button && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !plain || !this.dialog) return undefined;
    event.preventDefault();
    return this.#open(link);
  }

  #pressed(event) {
    if (!this.dialog?.open || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    event.preventDefault();
    this.#step(this.#onward(event.key === "ArrowRight" ? 1 : -1));
  }

  #touched({ type, target, pointerType, clientX: x, clientY: y }) {
    if (type === "pointerdown") this.#from = pointerType !== "mouse" && target.closest("#gallery .stage") ? { x, y } : null;
    if (type !== "pointerup" || !this.#from) return;
    const [dx, dy] = [x - this.#from.x, y - this.#from.y];
    this.#from = null;
    if (Math.abs(dx) > SWIPE_PX && Math.abs(dx) > 2 * Math.abs(dy)) this.#step(this.#onward(dx < 0 ? 1 : -1));
  }

  // A message may be drawn anew, or go, while one looks at its picture.
  #place() {
    const { links, at } = this.#among();
    if (at < 0) return this.dialog?.close();
    const { dialog } = this;
    find(".earlier", dialog).disabled = at === 0;
    find(".later", dialog).disabled = at === links.length - 1;
    return setText(find("#gallery-place", dialog), links.length > 1 ? ` · ${words.pictures(at + 1, links.length)}` : "");
  }

  #closed() {
    this.watching.disconnect();
    const { file, home, opener } = this.#shown;
    this.#shown = null;
    find("#gallery-picture").removeAttribute("src");
    const back = opener.isConnected ? opener : find(`${PICTURES}[data-file="${file}"]`, home);
    back?.focus({ preventScroll: true });
  }

  // ── internals ──

  #open(link) {
    const home = link.closest("#timeline, .page") ?? document.body;
    this.#shown = { file: null, home, opener: link };
    if (!find("#gallery-picture")) find(".stage", this.dialog).prepend(make("img", { id: "gallery-picture", alt: "", decoding: "async" }));
    this.#show(link);
    this.dialog.addEventListener("close", () => this.#closed(), { once: true });
    this.dialog.showModal();
    this.watching.observe(home, { childList: true, subtree: true });
  }

  #step(by) {
    const { links, at } = this.#among();
    if (!links[at + by]) return;
    this.#show(links[at + by]);
    setText(find("#gallery-said"), `${find("#gallery-name").textContent}, ${words.pictures(at + by + 1, links.length)}`);
  }

  #among() {
    const links = all(PICTURES, this.#shown?.home);
    return { links, at: links.findIndex(({ dataset }) => dataset.file === this.#shown?.file) };
  }

  #onward(by) {
    return document.documentElement.dir === "rtl" ? -by : by;
  }

  #show(link) {
    this.#shown.file = link.dataset.file;
    const picture = find("#gallery-picture");
    const name = find("img:not(.blur)", link).alt;
    const said = link.closest(".said, .kept");
    const about = [find(".name bdi", said), find("time", said)].map((node) => node?.textContent.trim());
    setText(find("#gallery-name"), name);
    setText(find("#gallery-about"), about.filter(Boolean).join(", "));
    find("#gallery-download").href = link.href.split("?")[0];
    picture.classList.add("coming");
    picture.onload = () => picture.classList.remove("coming");
    picture.onerror = () => this.dialog.close(); // it is gone
    Object.assign(picture, { alt: name, src: link.href });
    this.#place();
  }
}
