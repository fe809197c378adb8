/* What this browser finds: the live connection, its clock, a file on its way, and whether it may be called. */

import { csrfToken, find, setText } from "../lib/dom.js";
import { Trouble, Wire } from "../media/wire.js";
import { hindrance, standing } from "./key.js";
import { words } from "./words.js";

const SOCKET_MS = 10_000;
const LOOK_MS = 250;
const CLOCK_MS = 60_000;
const BYTES = 8 * 1024 * 1024;
const said = words.doctor;

function tell(name, state, text) {
  const row = find(`#check-${name}`);
  row.dataset.state = state;
  setText(find("[role=status]", row), text);
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const alive = () => fetch("/healthz", { cache: "no-store" }).then((answer) => answer.ok, () => false);

async function socket() {
  for (let waited = 0; waited < SOCKET_MS; waited += LOOK_MS) {
    if (document.body.dataset.live === "ready") return tell("socket", "good", said.socket);
    await pause(LOOK_MS);
  }
  return tell("socket", "bad", (await alive()) ? said.noSocket : said.noServer);
}

// The answer was on its way for half of the time that it took.
async function clock() {
  const begun = Date.now();
  const answer = await fetch("/healthz", { cache: "no-store" });
  const here = (begun + Date.now()) / 2;
  const off = here - Date.parse(answer.headers.get("Date"));
  const minutes = Math.round(Math.abs(off) / 60_000);
  return Math.abs(off) < CLOCK_MS ? tell("clock", "good", said.clock) : tell("clock", "odd", said.clockOff(minutes, off > 0));
}

async function upload() {
  tell("upload", "open", said.sending);
  const wire = new Wire({ csrf: csrfToken });
  const ending = new AbortController();
  const blob = new Blob([new Uint8Array(BYTES)]);
  const slot = await wire.begin({ name: "connection.bin", size: BYTES, type: "application/octet-stream" }, ending.signal);
  try {
    const place = slot.parts ? await wire.part(slot.id, 1, ending.signal) : slot;
    await wire.bring(place, blob, { told: () => {}, signal: ending.signal });
    tell("upload", "good", said.upload);
  } finally {
    await wire.remove(slot.id).catch(() => {}); // it is swept by itself in a day
  }
}

function uploadFailed(problem) {
  if (!(problem instanceof Trouble)) throw problem;
  const large = problem.kind === "refused" && !problem.detail; // the store says why; a proxy only refuses
  const text = large ? said.uploadSize : problem.kind === "line" ? said.uploadLine : said.uploadElse(problem.detail);
  tell("upload", "bad", text);
}

async function push() {
  if (hindrance()) return tell("push", "odd", words.device[hindrance()]);
  const answer = await fetch("/api/v1/push/subscriptions", { headers: { Accept: "application/json" } });
  const mine = (await answer.json()).items.find(({ current }) => current);
  if (mine?.trouble) return tell("push", "bad", mine.trouble);
  if (mine && !(await standing(find("#push-key").dataset.key))) return tell("push", "bad", said.pushOld);
  return mine ? tell("push", "good", said.pushOn) : tell("push", "unused", said.pushOff);
}

for (const name of ["socket", "clock", "push"]) tell(name, "open", said.looking);
socket();
clock().catch(() => tell("clock", "bad", said.noServer));
upload().catch(uploadFailed);
push().catch(() => tell("push", "bad", said.noServer));
