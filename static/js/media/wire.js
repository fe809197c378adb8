/* What is said to the server about files: begin, bring the bytes to the store, finish. Everything that goes wrong is a
   Trouble, in the words of whoever refused. */

import { csrfToken } from "../lib/dom.js";

const SILENCE_MS = 60_000;

/** `kind`: line (nobody answered), busy (later, after `ms`), signin, stale (the link or the file is gone), refused. */
export class Trouble extends Error {
  constructor(kind, detail = "", ms = undefined) {
    super(detail || kind);
    Object.assign(this, { kind, detail, ms });
  }
}

export class Wire {
  constructor({ csrf = csrfToken, request = (...args) => fetch(...args), xhr = () => new XMLHttpRequest() } = {}) {
    Object.assign(this, { csrf, request, xhr });
  }

  /** Promises a file: {id, parts, part_size} and where the whole of it goes. */
  begin({ name, size, type, purpose }, signal) {
    return this.#ask("POST", "", { name, size, type, ...(purpose && { purpose }) }, signal);
  }

  /** Where one part goes, counted from 1. */
  part(id, number, signal) {
    return this.#ask("POST", `/${id}/parts/${number}`, undefined, signal);
  }

  finish(id, signal) {
    return this.#ask("POST", `/${id}/finish`, {}, signal);
  }

  show(id, signal) {
    return this.#ask("GET", `/${id}`, undefined, signal);
  }

  remove(id) {
    return this.#ask("DELETE", `/${id}`);
  }

  /** Brings `blob` to `slot`; `told(bytes)` hears how much of it has left. */
  bring(slot, blob, { told, signal }) {
    return new Promise((resolve, reject) => {
      const xhr = this.xhr();
      xhr.open(slot.method, slot.url);
      xhr.timeout = Math.max(SILENCE_MS, blob.size / 10); // 10 KB a second is the slowest that is waited for
      xhr.upload.onprogress = ({ loaded }) => told(Math.min(loaded, blob.size));
      xhr.onload = () => (xhr.status < 300 ? resolve() : reject(troubleOf(xhr.status, detailIn(xhr.responseText))));
      xhr.onerror = xhr.ontimeout = () => reject(new Trouble("line"));
      xhr.onabort = () => reject(signal.reason);
      signal.addEventListener("abort", () => xhr.abort(), { once: true });
      for (const [name, value] of Object.entries(slot.headers ?? {})) xhr.setRequestHeader(name, value);
      xhr.send(slot.method === "POST" ? form(slot.fields, blob) : blob);
    });
  }

  // ── internals ──

  async #ask(method, path, body, signal) {
    const headers = { Accept: "application/json", "X-CSRFToken": this.csrf() };
    if (body) headers["Content-Type"] = "application/json";
    const options = { method, headers, signal, body: body && JSON.stringify(body), credentials: "same-origin" };
    const answer = await this.#answer(`/api/v1/uploads${path}`, options);
    if (answer.status === 204) return null;
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) return said;
    throw troubleOf(answer.status, sentence(said), Number(answer.headers.get("Retry-After")) * 1_000 || undefined);
  }

  async #answer(url, options) {
    try {
      return await this.request(url, options);
    } catch (problem) {
      throw options.signal?.aborted ? problem : new Trouble("line");
    }
  }
}

// The fields come first, the file last: a bucket reads no field behind it.
function form(fields, blob) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  data.append("file", blob);
  return data;
}

function troubleOf(status, detail, ms) {
  if (status === 401) return new Trouble("signin", detail);
  if (status === 403 || status === 404 || status === 409) return new Trouble("stale", detail);
  if (status === 408 || status === 429 || status >= 500) return new Trouble("busy", detail, ms);
  return new Trouble("refused", detail);
}

function sentence({ detail, errors }) {
  const about = Object.values(errors ?? {}).flat();
  return about.length ? about.join(" ") : detail ?? "";
}

function detailIn(text) {
  try {
    return JSON.parse(text).detail ?? "";
  } catch {
    return ""; // a bucket answers in XML
  }
}
