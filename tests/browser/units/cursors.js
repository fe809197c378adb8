import { Cursors } from "/static/js/realtime/cursors.js";
import { equal } from "./kit.js";

export function what_is_next_is_applied_and_what_was_seen_is_dropped() {
  const cursors = new Cursors("e");
  cursors.place("a", 4);
  equal([5, 5, 3, 6].map((seq) => cursors.admit("a", seq)), ["next", "old", "old", "next"]);
}

export function a_hole_does_not_move_the_position() {
  const cursors = new Cursors("e");
  cursors.place("a", 4);
  equal(cursors.admit("a", 6), "gap");
  equal(cursors.last("a"), 4);
}

export function an_unknown_conversation_starts_where_it_is_first_heard_of() {
  const cursors = new Cursors("e");
  equal(cursors.admit("a", 9), "next");
  equal(cursors.last("a"), 9);
}

export function a_snapshot_may_set_the_position_back() {
  const cursors = new Cursors("e");
  cursors.place("a", 9);
  cursors.place("a", 7);
  equal(cursors.admit("a", 8), "next");
}

export function heads_name_who_is_behind_and_who_is_new() {
  const cursors = new Cursors("e");
  cursors.place("a", 4);
  cursors.place("b", 4);
  equal(cursors.behind({ a: 5, b: 4, c: 9 }), ["a"]);
  equal(cursors.learn({ a: 5, c: 9 }), ["c"]);
  equal(cursors.last("c"), 9);
}

export function a_hello_names_the_two_hundred_used_last() {
  const cursors = new Cursors("e");
  for (let index = 0; index < 250; index += 1) cursors.place(`c${index}`, index);
  cursors.place("c1", 77);
  const { conversations } = cursors.hello();
  equal(Object.keys(conversations).length, 200);
  equal([conversations.c1, conversations.c2, conversations.c249], [77, undefined, 249]);
}

export function a_hello_without_cursors_names_nothing() {
  const cursors = new Cursors("e");
  cursors.place("a", 4);
  equal(cursors.hello(false), { epoch: null, conversations: {} });
}
