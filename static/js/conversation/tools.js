/* Actions at a message: a bar where the pointer is, a menu for keys and fingers, single keys at the focused one. */

import { all, find, setText } from "../lib/dom.js";
import { words } from "../words.js";
import { jump } from "./changes.js";
import { chosen, showChosen } from "./choosing.js";
import { Deeds } from "./deeds.js";
import { onPress } from "./press.js";

const MESSAGE = "li.said[data-number]";
const KEYS = {
  r: "reply", e: "edit", s: "star", p: "pin", f: "forward", l: "link", u: "unread", x: "select",
  "+": "react", Delete: "hide",
};
const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

export class Tools {
  #item = null;

  constructor(pane) {
    const { section, timeline, signal, app } = pane;
    Object.assign(this, { pane, list: timeline.list, user: app.user, deeds: new Deeds(pane) });
    this.bar = find("#tools", section);
    this.menu = find("#message-menu", section);
    if (this.bar && this.menu) this.#listen(section, signal);
  }

  // ── actions ──

  /** Does what a single key means at the message that has the focus; whether it meant anything. */
  key(event) {
    const item = this.#open ? this.#item : focused();
    if (!item || !this.menu) return false;
    if (event.key in STEPS && !this.#open) return this.#move(item, STEPS[event.key]);
    const deed = KEYS[event.key];
    if (!deed) return false;
    if (this.#may(item).has(deed)) this.#do(deed, item);
    return true;
  }

  // ── callbacks ──

  #listen(section, signal) {
    const on = (target, type, does) => target.addEventListener(type, does, { signal });
    on(this.list, "pointerover", (event) => event.pointerType === "mouse" && this.#point(event.target));
    on(this.list, "focusin", (event) => this.#point(event.target));
    on(this.list, "keydown", (event) => this.#pressed(event));
    on(section, "click", (event) => this.#clicked(event));
    on(section, "submit", (event) => this.#submitted(event));
    on(section, "change", () => showChosen(section));
    showChosen(section);
    on(this.menu, "keydown", (event) => this.#walk(event));
    on(this.menu, "toggle", ({ newState }) => newState === "closed" && this.#closed());
    onPress(this.list, MESSAGE, (item) => this.#show(item), signal);
    const field = this.pane.composer?.field;
    if (field) on(field, "keydown", (event) => this.#last(event));
  }

  #point(target) {
    const item = target.closest?.(MESSAGE);
    if (!item || item.matches(".folded") || this.#open || item.contains(this.bar)) return;
    (item.matches(".letters *") ? item : find(".bubble", item) ?? item).append(this.bar);
    this.bar.hidden = item.matches(".gone");
  }

  #pressed(event) {
    if (!event.target.matches(MESSAGE)) return;
    if (event.key in { ArrowDown: 1, ArrowUp: 1 }) this.#move(event.target, STEPS[event.key]);
    else if (event.key === "Enter" || event.key === "ContextMenu") this.#show(event.target);
    else return;
    event.preventDefault();
  }

  #clicked(event) {
    const quote = event.target.closest("a.quote[data-quotes]");
    if (quote && jump(quote.dataset.quotes)) return event.preventDefault();
    const button = event.target.closest("[data-deed]");
    if (!button) return undefined;
    const item = this.menu.contains(button) ? this.#item : button.closest(MESSAGE);
    return item && this.#do(button.dataset.deed, item, button);
  }

  #submitted(event) {
    if (event.target.matches("#press")) this.#toggled(event.submitter);
    else if (event.target.matches("#quick")) this.#own(event.target.elements.emoji);
    else if (event.target.matches("#selection") && event.submitter?.value === "copy") this.deeds.copyAll(chosen(this.list));
    else return;
    event.preventDefault();
  }

  #toggled(button) {
    const item = button?.closest(MESSAGE);
    if (item && button.dataset.preview) this.deeds.unpreview(item, button);
    else if (item) this.deeds.emoji(item, button.dataset.emoji, button.getAttribute("aria-pressed") !== "true");
  }

  #own(field) {
    const emoji = field.value.trim();
    field.value = "";
    this.menu.hidePopover();
    if (emoji && this.#item) this.deeds.emoji(this.#item, emoji, true);
  }

  // Up in an empty field changes what one said last.
  #last(event) {
    if (event.key !== "ArrowUp" || event.target.value || event.isComposing) return;
    const mine = all(`${MESSAGE}[data-sender="${this.user}"]:not(.gone)`, this.list).at(-1);
    if (!mine) return;
    event.preventDefault();
    this.deeds.edit(mine);
  }

  #closed() {
    const item = this.#item && document.getElementById(this.#item.id);
    if (!document.activeElement || document.activeElement === document.body) item?.focus({ preventScroll: true });
  }

  // ── internals ──

  get #open() {
    return this.menu?.matches(":popover-open") ?? false;
  }

  #do(deed, item, button = null) {
    if (deed === "menu") return this.#show(item);
    if (deed === "react") return this.#show(item, "[data-deed=emoji]");
    if (this.#open) this.menu.hidePopover();
    if (deed === "emoji") return this.deeds.emoji(item, button.dataset.emoji, true);
    return this.deeds[deed](item);
  }

  #may(item) {
    const own = item.dataset.sender === this.user;
    const rights = this.list.dataset.rights ?? "";
    if (item.matches(".gone")) return new Set(["hide"]);
    const may = new Set(["star", "forward", "copy", "link", "unread", "select", "hide", "react", "emoji"]);
    if (rights.includes("post")) may.add("reply");
    if (this.list.matches(".letters") && !own && !find(".letterhead", item)) may.add("answer");
    if (own) may.add("edit");
    if (own && find(".preview", item)) may.add("unpreview");
    if (rights.includes("pin")) may.add("pin");
    if (own || rights.includes("delete")) may.add("delete");
    if (item.matches(".edited")) may.add("history");
    return may;
  }

  #show(item, first = ".deeds button:not([hidden])") {
    this.#item = item;
    const may = this.#may(item);
    for (const button of all("[data-deed]", this.menu)) button.hidden = !may.has(button.dataset.deed);
    find("#quick", this.menu).hidden = !may.has("emoji");
    setText(find("[data-deed=star] [data-label]", this.menu), item.matches(".starred") ? words.deeds.unstar : words.deeds.star);
    setText(find("[data-deed=pin] [data-label]", this.menu), item.matches(".pinned") ? words.deeds.unpin : words.deeds.pin);
    this.menu.showPopover();
    this.#place(item);
    find(first, this.menu)?.focus({ preventScroll: true });
  }

  // Beside the message and inside the window; on a phone the style sheet makes it a sheet at the bottom.
  #place(item) {
    const near = (item.contains(this.bar) && !this.bar.hidden ? this.bar : find(".bubble", item) ?? item).getBoundingClientRect();
    const pane = this.pane.section.getBoundingClientRect();
    const { width, height } = this.menu.getBoundingClientRect();
    const left = near.left + near.right > pane.left + pane.right ? near.right - width : near.left;
    this.menu.style.setProperty("--menu-top", `${Math.max(8, Math.min(near.top, innerHeight - height - 8))}px`);
    this.menu.style.setProperty("--menu-left", `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`);
  }

  #walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || event.target.matches("input")) return;
    const buttons = all("button", this.menu).filter((button) => button.offsetParent);
    const now = buttons.indexOf(document.activeElement);
    buttons[(now + step + buttons.length) % buttons.length]?.focus();
    event.preventDefault();
  }

  #move(item, step) {
    const items = this.pane.timeline.messages();
    const next = items[items.indexOf(item) + step];
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "nearest" });
    return true;
  }
}

const focused = () => (document.activeElement?.matches(MESSAGE) ? document.activeElement : null);
