import { Emitter } from "/static/js/lib/emitter.js";
import { inWords, Pace } from "/static/js/media/sizes.js";
import { Trays } from "/static/js/media/tray.js";
import { Trouble, Wire } from "/static/js/media/wire.js";
import { equal, Time } from "./kit.js";

const PART = 4;

/** Stands for media/wire.js and the server behind it: `fails` are the troubles of the next bringings. */
class Store {
  files = new Map();
  log = [];
  fails = [];
  unfinished = []; // the same for the next finishings
  held = null; // a promise that bringing waits for
  stopAt = Infinity; // the part from which on nothing arrives
  #n = 0;

  async begin({ name, size }) {
    this.log.push(`begin ${name}`);
    const id = `f${(this.#n += 1)}`;
    this.files.set(id, { size, state: "waiting", arrived: [] });
    return { id, parts: Math.ceil(size / PART), part_size: PART };
  }

  async part(id, number) {
    return { id, number };
  }

  async bring({ id, number = 1 }, blob, { told }) {
    await this.held;
    if (number >= this.stopAt) await new Promise(() => {});
    this.log.push(`bring ${number}`);
    const kind = this.fails.shift();
    if (kind) throw new Trouble(kind, kind === "refused" ? "It is too large." : "");
    told(blob.size);
    this.files.get(id).arrived.push(number);
  }

  async show(id) {
    const file = this.files.get(id);
    if (!file) throw new Trouble("stale", "There is no such file.");
    return { ...file, id, name: id, parts: Math.ceil(file.size / PART), part_size: PART };
  }

  async finish(id) {
    const kind = this.unfinished.shift();
    if (kind) throw new Trouble(kind, "The store does not answer.");
    return Object.assign(this.files.get(id), { state: "ready" });
  }

  async remove(id) {
    this.log.push(`remove ${id}`);
    this.files.delete(id);
  }
}

function scene({ store = new Store(), time = new Time() } = {}) {
  const shelf = {};
  const storage = new Proxy(shelf, {
    get: (all, name) => ({
      getItem: (key) => all[key] ?? null,
      setItem: (key, text) => (all[key] = text),
      removeItem: (key) => delete all[key],
    })[name] ?? all[name],
  });
  const open = () => new Trays("me", { storage, wire: store, time });
  return { store, time, shelf, open, tray: open().of("c1") };
}

const file = (name, size = 3) => new File(["x".repeat(size)], name, { lastModified: 5 });
const states = (tray) => tray.uploads.map(({ state }) => state);
const quiet = async () => {
  for (let turn = 0; turn < 12; turn += 1) await new Promise((resolve) => setTimeout(resolve, 2));
};

export async function a_file_is_begun_brought_and_finished() {
  const { tray, store } = scene();
  tray.add([file("a.txt")]);
  equal(await tray.settled(), true);
  equal([states(tray), store.log, tray.done[0].id], [["done"], ["begin a.txt", "bring 1"], "f1"]);
}

export async function what_has_arrived_is_not_brought_again_after_the_line_broke() {
  const { tray, store, time } = scene();
  store.fails = [null, "line"];
  tray.add([file("film", 10)]);
  await quiet();
  equal([states(tray), tray.uploads[0].sent], [["waiting"], 4]);
  await time.pass(2_000);
  await quiet();
  equal([states(tray), store.log], [["done"], ["begin film", "bring 1", "bring 2", "bring 2", "bring 3"]]);
}

export async function the_line_that_is_back_is_used_at_once() {
  const { tray, store } = scene();
  store.fails = ["line"];
  tray.add([file("a.txt")]);
  await quiet();
  tray.hurry();
  await quiet();
  equal(states(tray), ["done"]);
}

export async function a_refusal_is_kept_in_words_and_not_tried_again() {
  const { tray, store } = scene();
  store.fails = ["refused"];
  tray.add([file("a.txt")]);
  await quiet();
  const [{ reason, again }] = tray.uploads;
  equal([states(tray), reason, again, tray.stuck.length], [["failed"], "It is too large.", false, 1]);
}

export async function a_file_that_was_swept_away_is_begun_anew() {
  const { tray, store } = scene();
  store.fails = ["stale"];
  tray.add([file("a.txt")]);
  store.finish = async (id) => {
    delete store.finish;
    store.files.delete(id);
    throw new Trouble("stale");
  };
  await quiet();
  equal([states(tray), store.log.filter((line) => line.startsWith("begin")).length], [["done"], 2]);
}

export async function three_go_at_once_and_ten_are_the_most() {
  const { tray, store } = scene();
  let go = null;
  store.held = new Promise((resolve) => (go = resolve));
  equal(tray.add(Array.from({ length: 12 }, (_, n) => file(`${n}`)), 10), 2);
  await quiet();
  equal(states(tray).filter((state) => state === "sending").length, 3);
  go();
  equal([await tray.settled(), tray.done.length], [true, 10]);
}

export async function what_is_taken_back_is_forgotten_by_the_server_too() {
  const { tray, store, shelf } = scene();
  store.held = new Promise(() => {});
  tray.add([file("a.txt")]);
  await quiet();
  equal(Object.keys(shelf), ["chatify:files:me:c1"]);
  tray.remove(tray.uploads[0]);
  equal([tray.uploads.length, store.log.at(-1), Object.keys(shelf)], [0, "remove f1", []]);
}

export async function after_a_reload_the_finished_wait_and_the_unfinished_go_on_once_chosen_again() {
  const { tray, store, open } = scene();
  tray.add([file("a.txt")]);
  await tray.settled();
  store.stopAt = 2;
  tray.add([file("film", 10)]);
  await quiet();
  const next = open().of("c1");
  await quiet();
  equal([states(next), next.uploads[1].sent], [["done", "missing"], 4]);
  store.stopAt = Infinity;
  equal(next.add([file("film", 10)], 2), 0, "the same file takes no second place");
  await quiet();
  equal([states(next), store.log.filter((line) => line === "bring 1").length], [["done", "done"], 2]);
}

export async function what_has_arrived_whole_is_only_finished_again_also_after_a_reload() {
  const { tray, store, time, open } = scene();
  store.unfinished = ["busy", "busy"];
  tray.add([file("film", 10)]);
  await quiet();
  equal([states(tray), tray.uploads[0].reason], [["waiting"], "The store does not answer."]);
  equal([states(await opened(open)), store.files.get("f1").state], [["missing"], "waiting"]);
  equal([states(await opened(open)), store.files.get("f1").state], [["done"], "ready"]);
  time.pass(30_000);
  await quiet();
  equal([states(tray), store.log], [["done"], ["begin film", "bring 1", "bring 2", "bring 3"]]);
}

async function opened(open) {
  const tray = open().of("c1");
  await quiet();
  return tray;
}

export async function a_file_that_the_server_forgot_meanwhile_is_not_shown_again() {
  const { tray, store, open, shelf } = scene();
  tray.add([file("a.txt")]);
  await tray.settled();
  store.files.clear();
  const next = open().of("c1");
  await quiet();
  equal([next.uploads.length, Object.keys(shelf)], [0, []]);
}

export async function what_was_sent_leaves_nothing_and_signing_out_neither() {
  const { tray, open, shelf } = scene();
  tray.add([file("a.txt"), file("b.txt")]);
  await tray.settled();
  tray.sent([tray.done[0].id]);
  equal([tray.uploads.map(({ name }) => name), Object.keys(shelf).length], [["b.txt"], 1]);
  const trays = open();
  trays.of("c1");
  trays.end();
  equal(Object.keys(shelf), []);
}

export async function who_leaves_does_not_wait_any_longer() {
  const { tray, store } = scene();
  store.held = new Promise(() => {});
  tray.add([file("a.txt")]);
  const leaving = new AbortController();
  const waiting = tray.settled(leaving.signal);
  leaving.abort();
  equal(await waiting, false);
}

export async function a_form_of_a_bucket_has_the_file_last() {
  let sent = null;
  class Request extends Emitter {
    upload = {};
    status = 204;
    open = (method, url) => (this.to = `${method} ${url}`);
    setRequestHeader() {}
    send(body) {
      sent = [this.to, [...body.keys()]];
      this.onload();
    }
  }
  const wire = new Wire({ csrf: () => "", xhr: () => new Request() });
  const slot = { method: "POST", url: "/bucket", headers: {}, fields: { key: "k", policy: "p" } };
  await wire.bring(slot, file("a.txt"), { told: () => {}, signal: new AbortController().signal });
  equal(sent, ["POST /bucket", ["key", "policy", "file"]]);
}

export async function a_refusal_of_the_server_is_told_in_its_own_sentence() {
  const body = { detail: "Invalid", errors: { size: ["photo.heic is 34 MB; the limit for a picture is 25 MB."] } };
  const request = async () => new Response(JSON.stringify(body), { status: 422 });
  const wire = new Wire({ csrf: () => "", request });
  const problem = await wire.begin(file("photo.heic")).catch((error) => error);
  equal([problem.kind, problem.detail], ["refused", body.errors.size[0]]);
}

export function sizes_and_speeds_read_as_the_server_says_them() {
  equal([1, 900, 2 ** 10, 1.5 * 2 ** 20, 34 * 2 ** 20].map(inWords), ["1 byte", "900 bytes", "1 KB", "1.5 MB", "34 MB"]);
  const time = new Time();
  const pace = new Pace(time.now);
  equal(pace.at(0), 0);
  time.at += 1_000;
  equal(pace.at(2_000), 2_000);
}
