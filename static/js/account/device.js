/* What this device does for Chatify: notifications, the installed app, what is kept without a line. */

import { csrfToken, find, setText } from "../lib/dom.js";
import { bytes, hindrance, standing } from "./key.js";
import { words } from "./words.js";

const API = "/api/v1/push/subscriptions";
const said = words.device;
const push = find("#push");
const state = find("[role=status]", push);
const [on, off] = ["on", "off"].map((name) => find(`[data-do=${name}]`, push));

// ── notifications ──

async function ask(method, path = "", body = undefined) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() };
  const answer = await fetch(API + path, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error((await answer.json()).detail);
  return answer.status === 204 ? null : answer.json();
}

function show(text, { mayOn = false, mayOff = false } = {}) {
  setText(state, text);
  on.hidden = !mayOn;
  off.hidden = !mayOff;
}

async function manager() {
  return (await navigator.serviceWorker.ready).pushManager;
}

async function look() {
  if (hindrance()) return show(said[hindrance()]);
  const known = (await ask("GET")).items.some(({ current }) => current);
  return (await standing(push.dataset.key)) && known ? show(said.on, { mayOff: true }) : show(said.off, { mayOn: true });
}

async function switchOn() {
  if ((await Notification.requestPermission()) !== "granted") return look();
  const found = await manager();
  if (!(await standing(push.dataset.key))) await (await found.getSubscription())?.unsubscribe();
  const subscription = await found.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(push.dataset.key) });
  await ask("POST", "", subscription.toJSON());
  return location.reload();
}

async function switchOff() {
  await (await (await manager()).getSubscription())?.unsubscribe();
  for (const { id, current } of (await ask("GET")).items) if (current) await ask("DELETE", `/${id}`);
  return location.reload();
}

const trying = (does) => () => does().catch((problem) => show(`${said.failed} ${problem.message}`, { mayOn: true }));

on.addEventListener("click", trying(switchOn));
off.addEventListener("click", trying(switchOff));
trying(look)();

// ── the installed app ──

const install = find("#install");
if (matchMedia("(display-mode: standalone)").matches) setText(find("p", install), said.installed);

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  const button = find("button", install);
  button.hidden = false;
  button.addEventListener("click", () => event.prompt(), { once: true });
});

// ── what is kept ──

const kept = find("#kept");
const forget = find("button", kept);
forget.hidden = !navigator.serviceWorker?.controller;
forget.addEventListener("click", () => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => setText(find("[role=status]", kept), said.forgotten);
  navigator.serviceWorker.controller.postMessage({ type: "forget" }, [port2]);
});
