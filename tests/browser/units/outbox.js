import { FormCarrier, SocketCarrier } from "/static/js/realtime/carriers.js";
import { Outbox } from "/static/js/realtime/outbox.js";
import { Store } from "/static/js/realtime/store.js";
import { Emitter } from "/static/js/lib/emitter.js";
import { equal, Line, settled, Shelf, Time } from "./kit.js";

class Tabs extends Emitter {
  tell() {}
}

let worlds = 0;

// Each world has its own person: the lock that lets one tab send is per person, and some tests end mid-flight.
function world({ store = new Shelf() } = {}) {
  const user = `person-${(worlds += 1)}`;
  const [time, socket] = [new Time(), new Line()];
  socket.user = user;
  const bySocket = new SocketCarrier(socket, { user, time });
  const carrier = () => (bySocket.open ? bySocket : null);
  const outbox = new Outbox({ user, store, carrier, tabs: new Tabs(), time, random: () => 0.5 });
  return { outbox, socket, store, time };
}

const message = (id, conversation = "a") => ({ conversation, client_id: id, body: id, action: "/x" });
const ack = (id) => ({ type: "ack", client_id: id, conversation: "a", id: `m${id}`, seq: 1, number: 1 });
const rest = () => new Promise((resolve) => setTimeout(resolve, 30));
const ids = (socket) => socket.of("send").map((frame) => frame.client_id);
const kept = async (outbox) => (await outbox.entries()).map((entry) => entry.client_id);

export async function a_message_is_kept_before_it_leaves_and_forgotten_when_acked() {
  const { outbox, socket } = world();
  let atSend = null;
  socket.send = (frame) => {
    atSend ??= kept(outbox);
    return Line.prototype.send.call(socket, frame);
  };
  await outbox.add(message("1"));
  await rest();
  equal([await atSend, ids(socket)], [["1"], ["1"]]);
  socket.says(ack("1"));
  await rest();
  equal(await kept(outbox), []);
}

export async function one_is_in_flight_per_conversation_and_order_is_kept() {
  const { outbox, socket } = world();
  for (const id of ["1", "2"]) await outbox.add(message(id));
  await outbox.add(message("3", "b"));
  await rest();
  equal(ids(socket), ["1", "3"]);
  socket.says(ack("1"));
  await rest();
  equal(ids(socket), ["1", "3", "2"]);
}

export async function what_was_written_offline_goes_when_the_socket_is_back() {
  const { outbox, socket } = world();
  socket.state = "waiting";
  for (const id of ["1", "2", "3"]) await outbox.add(message(id));
  await rest();
  equal(ids(socket), []);
  socket.state = "ready";
  outbox.hurry();
  for (const id of ["1", "2", "3"]) {
    await rest();
    socket.says(ack(id));
  }
  await rest();
  equal([ids(socket), await kept(outbox)], [["1", "2", "3"], []]);
}

export async function an_ack_that_does_not_come_is_asked_for_again_with_the_same_id() {
  const { outbox, socket, time } = world();
  await outbox.add(message("1"));
  await rest();
  await time.pass(10_000);
  await rest();
  equal(ids(socket), ["1"]);
  await time.pass(1_000);
  await rest();
  equal(ids(socket), ["1", "1"]);
}

export async function a_heartbeat_without_the_ack_tries_again_soon() {
  const { outbox, socket, time } = world();
  await outbox.add(message("1"));
  await rest();
  await time.pass(4_000);
  socket.says({ type: "heartbeat", heads: {} });
  await rest();
  await time.pass(1_000);
  await rest();
  equal(ids(socket), ["1", "1"]);
}

export async function only_the_person_who_wrote_it_sends_it() {
  const { outbox, socket } = world();
  socket.user = "somebody else";
  await outbox.add(message("1"));
  await rest();
  equal([ids(socket), await kept(outbox)], [[], ["1"]]);
}

export async function a_refusal_is_final_and_the_next_message_still_goes() {
  const { outbox, socket } = world();
  await outbox.add(message("1"));
  await outbox.add(message("2"));
  await rest();
  socket.says({ type: "error", code: "invalid", detail: "No.", client_id: "1" });
  await rest();
  const [first] = await outbox.entries();
  equal([first.failed, first.detail, ids(socket)], ["invalid", "No.", ["1", "2"]]);
  await outbox.retry("1");
  socket.says(ack("2"));
  await rest();
  equal(ids(socket), ["1", "2", "1"]);
}

export async function a_rate_limit_is_waited_out() {
  const { outbox, socket, time } = world();
  await outbox.add(message("1"));
  await rest();
  socket.says({ type: "error", code: "rate", detail: "Slow down.", client_id: "1", retry_ms: 4_000 });
  await rest();
  outbox.hurry();
  await rest();
  equal(ids(socket), ["1"], "the connection coming back does not shorten it");
  await time.pass(4_100);
  await rest();
  equal(ids(socket), ["1", "1"]);
}

export async function a_lost_socket_does_not_lose_the_message() {
  const { outbox, socket } = world();
  await outbox.add(message("1"));
  await rest();
  socket.state = "waiting";
  socket.emit("closed", { dropSend: false });
  await rest();
  equal(await kept(outbox), ["1"]);
  socket.state = "ready";
  outbox.hurry();
  await rest();
  equal(ids(socket), ["1", "1"]);
}

export async function a_frame_the_server_found_too_big_is_refused_alone() {
  const { outbox, socket } = world();
  await outbox.add({ ...message("1"), body: "x".repeat(5_000) });
  await outbox.add(message("2", "b"));
  await rest();
  socket.emit("closed", { dropSend: true });
  await rest();
  equal((await outbox.entries()).map((entry) => entry.failed), ["too_large", null]);
}

export async function the_echo_settles_it_when_the_ack_was_lost() {
  const { outbox } = world();
  await outbox.add(message("1"));
  await rest();
  await outbox.seen("1");
  equal(await kept(outbox), []);
}

export async function memory_serves_where_the_browser_keeps_nothing() {
  const store = new Store(null);
  const { outbox, socket } = world({ store });
  equal(store.lasting, false);
  for (const id of ["1", "2"]) await outbox.add(message(id));
  await rest();
  equal([await kept(outbox), ids(socket)], [["1", "2"], ["1"]]);
}

export async function a_clock_set_back_does_not_make_a_message_wait() {
  const store = new Shelf();
  const first = world({ store });
  await first.outbox.add(message("1"));
  await rest();
  first.socket.says({ type: "error", code: "rate", client_id: "1", retry_ms: 5_000 });
  await rest();
  for (const entry of store.rows.values()) store.rows.set(entry.n, { ...entry, setAt: 5_000_000, notBefore: 5_005_000 });
  first.outbox.drain();
  await rest();
  equal(ids(first.socket), ["1", "1"]);
}

export async function a_full_disk_keeps_the_order_and_the_rest() {
  const disk = await database("full");
  const store = new Store(disk);
  await store.add({ user: "me", client_id: "1" });
  const transaction = disk.transaction.bind(disk);
  disk.transaction = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  await store.add({ user: "me", client_id: "2" });
  equal([store.lasting, store.atRisk], [false, 1]);
  disk.transaction = transaction;
  await store.add({ user: "me", client_id: "3" });
  equal((await store.all("me")).map((entry) => entry.client_id), ["1", "2", "3"]);
  disk.close();
}

export async function a_disk_that_is_cleared_loses_nothing_of_an_open_page() {
  const store = new Store(await database("cleared"), () => database("cleared"));
  const first = await store.add({ user: "me", client_id: "1" });
  await new Promise((resolve) => (indexedDB.deleteDatabase("cleared").onsuccess = resolve));
  equal((await store.all("me")).map((entry) => entry.client_id), ["1"]);
  await new Promise((resolve) => setTimeout(resolve, 100));
  equal([store.lasting, (await store.all("me")).length], [true, 1], "put back on the disk");
  await store.remove(first.n);
  equal(await store.all("me"), []);
}

function database(name) {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore("outbox", { keyPath: "n", autoIncrement: true });
  return new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
}

async function answered(status, body, headers = {}) {
  let asked = null;
  const request = async (url, options) => {
    asked = { url, ...options };
    return new Response(body && JSON.stringify(body), { status, headers });
  };
  const carrier = new FormCarrier({ user: "me", csrf: () => "token", request });
  const answer = await carrier.deliver({ ...message("1"), reply_to: "r" });
  return { answer, asked };
}

export async function the_form_carries_the_same_client_id() {
  const json = { "Content-Type": "application/json" };
  const { answer, asked } = await answered(200, { id: "m1" }, json);
  equal([answer.kind, asked.url, String(asked.body)], ["acked", "/x", "body=1&client_id=1&reply_to=r"]);
  equal(asked.headers, { Accept: "application/json", "X-CSRFToken": "token" });
}

export async function the_forms_answers_mean_the_same_as_the_sockets() {
  const problem = { "Content-Type": "application/problem+json" };
  const kinds = [];
  for (const [status, headers] of [[422, problem], [404, problem], [413, problem], [401, problem], [503, {}], [403, problem]]) {
    kinds.push((await answered(status, { detail: "no" }, headers)).answer.kind);
  }
  equal(kinds, ["refused", "refused", "refused", "signin", "lost", "lost"]);
  equal((await answered(429, {}, { ...problem, "Retry-After": "7" })).answer, { kind: "wait", ms: 7_000 });
  await settled();
}
