/* The two ways a message reaches the server. Both answer in the same words:
   {kind: "acked", ack} · {kind: "refused", code, detail} · {kind: "wait", ms} · {kind: "lost"} · {kind: "signin"}. */

import { clock } from "../lib/clock.js";

const ACK_MS = 10_000;
const DOUBTFUL_MS = 3_000;
const SOON_MS = 500;
const LARGEST_FRAME = 60_000; // bytes; the server closes above 64 KiB
const HOPELESS = 2; // attempts without an answer before messages go by form
const FINAL = new Set(["invalid", "too_large", "not_found", "forbidden", "bad"]);

/** What can deliver a message now: the socket, the form when no socket can be had, or null. */
export function carrier({ socket, bySocket, byForm }) {
  if (bySocket.open) return bySocket;
  const { state, reason, failures } = socket;
  const shut = state === "stopped" ? reason === "elsewhere" : failures >= HOPELESS && state !== "ready";
  return shut && navigator.onLine ? byForm : null;
}

export class SocketCarrier {
  #flights = new Map();

  constructor(socket, { user, time = clock } = {}) {
    Object.assign(this, { socket, user, time });
    socket.on("ack", (frame) => this.#land(frame.client_id, { kind: "acked", ack: frame }));
    socket.on("error", (frame) => this.#refused(frame));
    socket.on("heartbeat", () => this.#doubt());
    socket.on("closed", ({ dropSend }) => this.#scatter(dropSend));
    socket.on("state", ({ state }) => state !== "ready" && this.#scatter(false));
  }

  /** Only ever as the person who wrote it. */
  get open() {
    return this.socket.state === "ready" && this.socket.user === this.user;
  }

  deliver(entry) {
    const frame = sendFrame(entry);
    const size = new TextEncoder().encode(JSON.stringify(frame)).length;
    if (size > LARGEST_FRAME) return Promise.resolve(tooLarge());
    return new Promise((resolve) => {
      const cancel = this.time.after(ACK_MS, () => this.#land(entry.client_id, { kind: "lost" }));
      this.#flights.set(entry.client_id, { resolve, cancel, size, at: this.time.now() });
      if (!this.socket.send(frame)) this.#land(entry.client_id, { kind: "lost" });
    });
  }

  /** The message itself came back: its ack was lost on the way. */
  echoed(clientId) {
    this.#land(clientId, { kind: "acked", ack: null });
  }

  // The link lives and yet there is no answer: it was lost, and waiting longer would not bring it.
  #doubt() {
    const since = this.time.now() - DOUBTFUL_MS;
    const late = [...this.#flights].filter(([, flight]) => flight.at <= since);
    for (const [id] of late) this.#land(id, { kind: "lost", ms: SOON_MS });
  }

  #refused({ code, detail, client_id: id, retry_ms: ms }) {
    if (FINAL.has(code)) this.#land(id, { kind: "refused", code, detail });
    else this.#land(id, { kind: "wait", ms });
  }

  #land(clientId, answer) {
    const flight = this.#flights.get(clientId);
    if (!flight) return;
    this.#flights.delete(clientId);
    flight.cancel();
    flight.resolve(answer);
  }

  // The close says that a frame was too big but not which: the largest in flight is the one.
  #scatter(dropSend) {
    const ids = [...this.#flights.keys()].sort((a, b) => this.#flights.get(b).size - this.#flights.get(a).size);
    if (dropSend && ids.length) this.#land(ids.shift(), tooLarge());
    for (const id of ids) this.#land(id, { kind: "lost" });
  }
}

/** The composer's own form, sent by fetch: for when no socket can be opened. */
export class FormCarrier {
  constructor({ user, csrf, request = (...args) => fetch(...args) }) {
    Object.assign(this, { user, csrf, request });
  }

  async deliver(entry) {
    try {
      return await this.#read(await this.request(entry.action, this.#post(entry)));
    } catch {
      return { kind: "lost" };
    }
  }

  #post(entry) {
    const body = new URLSearchParams({ body: entry.body, client_id: entry.client_id });
    if (entry.reply_to) body.set("reply_to", entry.reply_to);
    if (entry.send_at) body.set("send_at", entry.send_at);
    for (const id of idsOf(entry)) body.append("attachments", id);
    const headers = { Accept: "application/json", "X-CSRFToken": this.csrf() };
    const signal = AbortSignal.timeout(ACK_MS);
    return { method: "POST", body, headers, signal, redirect: "manual", credentials: "same-origin" };
  }

  async #read(answer) {
    const type = answer.headers.get("Content-Type") ?? "";
    if (answer.ok && type.includes("json")) return { kind: "acked", ack: await answer.json() };
    if (answer.type === "opaqueredirect" || answer.status === 401) return { kind: "signin" };
    if (answer.status === 429) return { kind: "wait", ms: retryAfter(answer) };
    // 403 may be a form token that went stale when somebody signed in elsewhere: the socket will know better.
    if (!type.includes("json") || answer.status >= 500 || answer.status === 403) return { kind: "lost" };
    const problem = await answer.json();
    return { kind: "refused", code: answer.status === 413 ? "too_large" : "invalid", detail: problem.detail };
  }
}

function sendFrame(entry) {
  const { conversation, client_id: id, body, reply_to: replyTo, send_at: sendAt } = entry;
  const [frame, attachments] = [{ type: "send", conversation, client_id: id, body }, idsOf(entry)];
  const more = { ...(replyTo && { reply_to: replyTo }), ...(sendAt && { send_at: sendAt }) };
  return { ...frame, ...more, ...(attachments.length && { attachments }) };
}

const idsOf = ({ attachments = [] }) => attachments.map(({ id }) => id);

function retryAfter(answer) {
  const seconds = Number(answer.headers.get("Retry-After"));
  return seconds > 0 ? seconds * 1_000 : undefined;
}

const tooLarge = () => ({ kind: "refused", code: "too_large", detail: "This message is too long." });
