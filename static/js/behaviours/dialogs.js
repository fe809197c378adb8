/* `<button data-dialog="id">` opens a dialog, `[data-close]` in it closes it, and menus close like menus. */

import { all, find, make } from "../lib/dom.js";

export function dialogs() {
  document.addEventListener("click", (event) => clicked(event));
  document.addEventListener("keydown", (event) => event.key === "Escape" && closeMenus(null));
}

function clicked({ target }) {
  const opener = target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  target.closest("[data-close]")?.closest("dialog")?.close();
  if (target.matches("dialog")) target.close(); // the backdrop
  closeMenus(target);
}

function closeMenus(target) {
  for (const menu of all("details.menu[open]")) {
    if (menu.contains(target)) continue;
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) find("summary", menu).focus();
  }
}

/** Asks a question; resolves with whether the person chose `yes`. */
export function ask({ text, yes, no }) {
  return new Promise((resolve) => {
    const agree = make("button", { value: "yes", class: "button danger" }, yes);
    const refuse = make("button", { value: "no", class: "button", autofocus: true }, no);
    const form = make("form", { method: "dialog" }, make("p", {}, text), make("div", { class: "actions" }, refuse, agree));
    const dialog = make("dialog", { class: "dialog", "aria-label": text }, form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
