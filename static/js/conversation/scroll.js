/* The scroll position belongs to the reader: at the bottom new messages stick, elsewhere nothing moves. */

import { fetchPartial } from "../html.js";
import { find, make, setText } from "../lib/dom.js";
import { words } from "../words.js";

const NEAR_BOTTOM = 48;
const NEAR_TOP = 600;

/** Emits nothing; `onMove()` is called after every scroll or resize. */
export class Scroll {
  #stuck = true;
  #missed = 0;
  #loading = false;
  #held = null;
  #slip = 0; // what rounding to whole pixels left over; a hundred messages would make it a jump

  constructor({ timeline, signal, onMove = () => {} }) {
    Object.assign(this, { timeline, signal, onMove });
    this.box = scrollerOf(timeline.list);
    this.reversed = getComputedStyle(this.box).flexDirection === "column-reverse"; // then 0 is the bottom
    this.#arrive();
    const target = this.box === document.scrollingElement ? window : this.box;
    target.addEventListener("scroll", () => this.#moved(), { signal, passive: true });
    this.button = this.#button();
    this.#watchSize();
    this.#older();
  }

  get atBottom() {
    const hidden = this.box.scrollHeight - this.box.clientHeight;
    return (this.reversed ? -this.box.scrollTop : hidden - this.box.scrollTop) <= NEAR_BOTTOM;
  }

  get nearTop() {
    const hidden = this.box.scrollHeight - this.box.clientHeight;
    return (this.reversed ? hidden + this.box.scrollTop : this.box.scrollTop) < NEAR_TOP;
  }

  // ── actions ──

  /** Runs `change` (which alters the timeline) and keeps the reader where they are. */
  around(change) {
    const stuck = this.#stuck;
    const anchor = stuck ? null : this.#anchor();
    const result = change();
    if (stuck) this.toBottom();
    else this.#hold(anchor);
    return result;
  }

  toBottom() {
    this.#sink();
    this.#stuck = true;
    this.#count(0);
  }

  /** What the button does: down, or to the page that ends with the newest message. */
  latest() {
    const newer = find("#newer");
    if (newer) newer.click();
    else this.toBottom();
  }

  /** A message came from somebody: counted on the button if the reader is elsewhere. */
  missed() {
    if (!this.#stuck) this.#count(this.#missed + 1);
  }

  // ── callbacks ──

  #moved() {
    if (this.box.scrollTop !== this.#held) this.#slip = 0;
    this.#stuck = this.atBottom;
    if (this.#stuck) this.#count(0);
    this.button.hidden = this.#stuck;
    if (this.nearTop) this.#older();
    this.onMove();
  }

  // ── internals ──

  #arrive() {
    const target = this.#sought();
    const fresh = find("li.new", this.timeline.list);
    if (target) reveal(target);
    else if (fresh) fresh.scrollIntoView({ block: "center" });
    else this.#sink();
    this.#stuck = this.atBottom;
  }

  /** The message that the address names. */
  #sought() {
    if (location.hash.startsWith("#m-")) return document.getElementById(location.hash.slice(1));
    const at = this.timeline.list.dataset.at;
    return at ? find(`:scope > li.said[data-number="${CSS.escape(at)}"]`, this.timeline.list) : null;
  }

  #sink() {
    this.box.scrollTop = this.reversed ? 0 : this.box.scrollHeight;
  }

  #button() {
    const button = find("#latest") ?? this.#makeButton();
    button.hidden = this.#stuck;
    button.addEventListener("click", () => this.latest(), { signal: this.signal });
    return button;
  }

  #makeButton() {
    const count = make("span", { class: "count", hidden: true });
    const button = make("button", { id: "latest", type: "button", "aria-label": words.latest, hidden: true }, "↓", count);
    this.timeline.list.after(button);
    return button;
  }

  #count(value) {
    this.#missed = value;
    const badge = this.button && find(".count", this.button);
    if (!badge) return;
    setText(badge, value ? String(value) : "");
    badge.hidden = !value;
    this.button.setAttribute("aria-label", value ? `${words.latest}, ${words.arrived(value)}` : words.latest);
  }

  // Late images and a growing composer change heights without a scroll.
  #watchSize() {
    const watcher = new ResizeObserver(() => this.#stuck && this.toBottom());
    watcher.observe(this.timeline.list);
    watcher.observe(this.box);
    this.signal.addEventListener("abort", () => watcher.disconnect());
  }

  #anchor() {
    const top = this.box.getBoundingClientRect?.().top ?? 0;
    const node = [...this.timeline.list.children].find((item) => item.getBoundingClientRect().bottom > Math.max(0, top));
    return node && { node, top: node.getBoundingClientRect().top - this.#slip };
  }

  #hold(anchor) {
    const node = anchor?.node.isConnected ? anchor.node : document.getElementById(anchor?.node.id);
    if (!node) return;
    this.box.scrollTop += node.getBoundingClientRect().top - anchor.top;
    this.#slip = node.getBoundingClientRect().top - anchor.top;
    this.#held = this.box.scrollTop;
  }

  async #older() {
    const url = this.timeline.list.dataset.older;
    if (!url || this.#loading || !this.nearTop) return;
    this.#loading = true;
    try {
      const nodes = await fetchPartial(url, { target: "timeline", signal: this.signal });
      this.#above(nodes);
    } catch {
      // Scrolling again tries again; the link to older messages stays where it is.
    } finally {
      this.#loading = false;
    }
  }

  #above(nodes) {
    const source = nodes.querySelector("[data-older]");
    const link = nodes.querySelector("#older");
    const next = source?.dataset.older ?? link?.getAttribute("href") ?? "";
    const entries = [...nodes.querySelectorAll("li")];
    this.around(() => this.timeline.prepend(entries));
    this.timeline.list.dataset.older = next;
    const old = document.getElementById("older");
    if (next) old?.setAttribute("href", next);
    else old?.remove();
  }
}

/** The element that scrolls `node`: the nearest that may, else the page. */
export function scrollerOf(node) {
  for (let box = node; box && box !== document.body; box = box.parentElement) {
    const overflow = getComputedStyle(box).overflowY;
    if (overflow === "auto" || overflow === "scroll") return box;
  }
  return document.scrollingElement;
}

function reveal(item) {
  item.scrollIntoView({ block: "center" });
  item.classList.add("sought");
  item.focus({ preventScroll: true });
}
