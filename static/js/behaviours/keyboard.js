/* Single keys for people who know them. Off in fields, with modifiers, in dialogs, and when switched off. */

import { all, find, isField, make } from "../lib/dom.js";
import { safeStorage } from "../lib/storage.js";
import { words } from "../words.js";

const SWITCH = "chatify:keys";
const PREFIX_MS = 1_500;

/** `app`: {pane, own}; `pane` is the open conversation or null. */
export class Keyboard {
  #prefixAt = -Infinity;

  constructor(app) {
    this.app = app;
    this.keys = {
      "?": () => this.help(),
      "/": () => this.#search(),
      c: () => find("a[data-compose], a[href^='/c/new/']")?.click(),
      j: () => this.#move(1),
      k: () => this.#move(-1),
      r: () => app.pane?.composer?.focus(),
      u: () => app.pane?.markUnread(),
      e: () => app.own.toggle("done"),
      p: () => app.own.toggle("pin"),
      m: () => app.own.toggle("mute"),
      h: () => app.own.snooze(),
      x: () => app.own.choose(),
      z: () => app.own.toast.undo(),
    };
    document.addEventListener("keydown", (event) => this.#pressed(event));
    document.addEventListener("click", ({ target }) => target.closest("[data-keys]") && this.help());
  }

  static get on() {
    return safeStorage()?.getItem(SWITCH) !== "off";
  }

  help() {
    const dialog = find("#keys") ?? this.#dialog();
    dialog.showModal();
  }

  // ── callbacks ──

  #pressed(event) {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Escape") return this.#escape(event);
    if (event.ctrlKey || event.metaKey) return this.#jump(event);
    if (event.altKey || isField(event.target) || find("dialog[open]") || !Keyboard.on) return;
    this.#act(event);
  }

  #act(event) {
    if (this.app.pane?.tools.key(event)) return event.preventDefault();
    const action = this.#prefixed(event.key) ?? this.keys[event.key];
    if (!action) return undefined;
    event.preventDefault();
    return action();
  }

  #prefixed(key) {
    const armed = performance.now() - this.#prefixAt < PREFIX_MS;
    this.#prefixAt = key === "g" ? performance.now() : -Infinity;
    return armed && key === "i" ? () => location.assign("/inbox/") : undefined;
  }

  #jump(event) {
    if (event.key.toLowerCase() !== "k" || event.shiftKey || !Keyboard.on) return;
    event.preventDefault();
    this.#search();
  }

  // Out of a field first, then out of the conversation.
  #escape({ target }) {
    if (find(":is(dialog[open], [popover]:popover-open, details.menu[open])")) return;
    if (isField(target)) target.blur();
    else this.#back();
  }

  // ── internals ──

  #back() {
    const row = find("#rows a.row[aria-current]");
    const back = find("a[data-back]");
    if (back?.offsetParent) back.click();
    else row?.focus();
  }

  #search() {
    const field = all("#search-q, #find, input[type=search][name=q]").find((input) => input.offsetParent);
    if (field) field.focus();
    else location.assign("/search/");
  }

  #move(step) {
    const rows = all("#rows a.row");
    const now = rows.findIndex((row) => row === document.activeElement);
    const start = now >= 0 ? now : rows.findIndex((row) => row.hasAttribute("aria-current"));
    const next = rows[Math.min(rows.length - 1, Math.max(0, start + step))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }

  #dialog() {
    const lines = words.keys.flatMap(([keys, does]) => [make("dt", {}, ...keyCaps(keys)), make("dd", {}, does)]);
    const form = make("form", { method: "dialog" }, make("button", { class: "button" }, words.close));
    const title = make("h2", { id: "keys-title" }, words.keysTitle);
    const parts = [title, make("dl", { class: "keys" }, ...lines), this.#toggle(), form];
    const dialog = make("dialog", { id: "keys", class: "dialog", "aria-labelledby": "keys-title" }, ...parts);
    document.body.append(dialog);
    return dialog;
  }

  #toggle() {
    const box = make("input", { type: "checkbox", checked: Keyboard.on });
    box.addEventListener("change", () => safeStorage()?.setItem(SWITCH, box.checked ? "on" : "off"));
    return make("label", { class: "check" }, box, ` ${words.keysOn}`);
  }
}

function keyCaps(keys) {
  return keys.split(" ").flatMap((key, index) => [index ? " " : "", make("kbd", {}, key)]);
}
