/* Once in a browser, after somebody has said something: answers may call here. Nothing is asked of the browser by this;
   the settings of this device do that, when they are opened and a button is pressed. */

import { make } from "../lib/dom.js";
import { safeStorage } from "../lib/storage.js";
import { words } from "../words.js";

const KEY = "chatify:invited:";

export function invite({ user, outbox }, storage = safeStorage()) {
  const over = () => storage?.getItem(KEY + user) !== null;
  if (!storage || over() || !("PushManager" in globalThis) || globalThis.Notification?.permission !== "default") return;
  const off = outbox.on("acked", () => {
    off();
    if (over()) return;
    storage.setItem(KEY + user, "1");
    show();
  });
}

function show() {
  const link = make("a", { class: "link", href: "/settings/device/" }, words.invite.choose);
  const close = make("button", { type: "button", class: "link" }, words.invite.no);
  const box = make("div", { id: "invite", class: "toast invite", role: "status" }, make("span", {}, words.invite.text), link, close);
  close.addEventListener("click", () => box.remove());
  document.body.append(box);
}
