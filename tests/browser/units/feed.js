import { Cursors } from "/static/js/realtime/cursors.js";
import { Feed } from "/static/js/realtime/feed.js";
import { equal, Line, Time } from "./kit.js";

function world(position = 4) {
  const [socket, time, cursors] = [new Line(), new Time(), new Cursors("e")];
  const feed = new Feed({ socket, cursors, time });
  const heard = [];
  for (const type of ["event", "reset", "unknown", "stale"]) {
    feed.on(type, (frame) => heard.push(type === "event" ? frame.seq : type));
  }
  cursors.place("a", position);
  return { socket, time, cursors, feed, heard };
}

const event = (seq) => ({ type: "event", conversation: "a", seq, event: "message.sent" });

export function events_come_once_and_in_order() {
  const { socket, heard } = world();
  for (const seq of [5, 5, 6, 4, 7]) socket.says(event(seq));
  equal(heard, [5, 6, 7]);
}

export async function a_late_event_closes_its_gap_without_a_question() {
  const { socket, time, heard } = world();
  for (const seq of [6, 7, 5]) socket.says(event(seq));
  await time.pass(2_000);
  equal([heard, socket.of("sync")], [[5, 6, 7], []]);
}

export async function a_gap_that_stays_is_asked_for_and_filled_by_the_replay() {
  const { socket, time, heard } = world();
  socket.says(event(7));
  await time.pass(1_000);
  equal(socket.of("sync"), [{ type: "sync", conversation: "a", since: 4 }]);
  socket.says({ type: "replay", conversation: "a", events: [event(5), event(6)], head: 6 });
  equal(heard, [5, 6, 7]);
}

export async function a_question_that_is_lost_is_asked_again() {
  const { socket, time } = world();
  socket.says({ type: "heartbeat", heads: { a: 9 } });
  await time.pass(6_000);
  equal(socket.of("sync").length, 2);
  socket.says({ type: "error", code: "not_found", conversation: "a" });
  await time.pass(20_000);
  equal(socket.of("sync").length, 2, "a refused question");
}

export function a_link_that_came_back_may_have_missed_what_is_not_in_the_log() {
  const { socket, feed } = world();
  let lossy = 0;
  feed.on("lossy", () => (lossy += 1));
  socket.says({ type: "ready", epoch: "e" });
  equal(lossy, 0, "the first greeting");
  socket.says({ type: "ready", epoch: "e" });
  equal(lossy, 1, "the second");
}

export function a_replay_that_overlaps_is_harmless() {
  const { socket, heard } = world();
  socket.says(event(5));
  socket.says({ type: "replay", conversation: "a", events: [4, 5, 6].map(event), head: 6 });
  equal(heard, [5, 6]);
}

export function a_reset_jumps_to_the_head_and_says_so() {
  const { socket, cursors, heard } = world();
  socket.says({ type: "reset", conversation: "a", head: 90 });
  socket.says(event(91));
  equal([heard, cursors.last("a")], [["reset", 91], 91]);
}

export function a_head_ahead_of_us_reveals_the_last_message_lost() {
  const { socket } = world();
  socket.says({ type: "heartbeat", heads: { a: 6 } });
  socket.says({ type: "heartbeat", heads: { a: 6 } });
  equal(socket.of("sync"), [{ type: "sync", conversation: "a", since: 4 }], "asked once");
}

export function a_stranger_among_later_heads_is_a_new_conversation() {
  const { socket, heard } = world();
  socket.says({ type: "heartbeat", heads: { a: 4, b: 7 } });
  equal(heard, [], "the first heads are an inventory");
  socket.says({ type: "heartbeat", heads: { a: 4, b: 7, c: 1 } });
  equal(heard, ["unknown"]);
}

export function a_snapshot_older_than_the_socket_is_caught_up() {
  const { socket, feed, heard } = world(9);
  feed.watch("a", 7);
  socket.says({ type: "replay", conversation: "a", events: [8, 9].map(event), head: 9 });
  equal([socket.of("sync")[0].since, heard], [7, [8, 9]]);
}

export function a_pane_that_opened_during_the_greeting_is_asked_for() {
  const { socket, feed, cursors } = world(9);
  socket.state = "connecting";
  cursors.hello();
  feed.watch("a", 7);
  feed.watch("b", 3);
  socket.state = "ready";
  socket.says({ type: "ready", epoch: "e" });
  equal(socket.of("sync").map((frame) => frame.conversation), ["a", "b"]);
}

export function a_pane_that_the_greeting_named_is_not_asked_for_again() {
  const { socket, feed, cursors } = world();
  socket.state = "connecting";
  feed.watch("a", 7);
  cursors.hello();
  socket.state = "ready";
  socket.says({ type: "ready", epoch: "e" });
  equal(socket.of("sync"), []);
}

export function a_socket_that_came_without_cursors_makes_everything_stale() {
  const { socket, heard } = world();
  socket.withoutCursors = true;
  socket.says({ type: "ready", epoch: "e2" });
  equal(heard, ["stale"]);
}
