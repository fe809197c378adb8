import { Got } from "/static/js/conversation/got.js";
import { continues, startsDay } from "/static/js/conversation/grouping.js";
import { Marks } from "/static/js/conversation/receipts.js";
import { dayKey, dayName, daysBetween, listTime, moment } from "/static/js/conversation/times.js";
import { Typing } from "/static/js/conversation/typing.js";
import { Reading } from "/static/js/conversation/unread.js";
import { equal, Time } from "./kit.js";

const at = (hour, minute, day = 20) => new Date(2026, 10, day, hour, minute);

export function one_persons_messages_within_five_minutes_belong_together() {
  const first = { sender: "a", at: at(9, 0) };
  equal(continues({ sender: "a", at: at(9, 4) }, first), true);
  equal(continues({ sender: "a", at: at(9, 5) }, first), false);
  equal(continues({ sender: "b", at: at(9, 1) }, first), false);
  equal(continues({ sender: null, at: at(9, 1) }, { sender: null, at: at(9, 0) }), false, "notes");
}

export function midnight_starts_a_day_and_ends_a_group() {
  const late = { sender: "a", at: at(23, 59) };
  const early = { sender: "a", at: at(0, 1, 21) };
  equal([startsDay(early, late), continues(early, late), startsDay(late, null)], [true, false, true]);
}

export function days_are_counted_by_the_calendar() {
  equal(daysBetween(at(23, 59), at(0, 1, 21)), 1);
  equal([dayName(at(1, 0), at(23, 0)), dayName(at(23, 0, 19), at(1, 0))], ["Today", "Yesterday"]);
}

export function times_read_as_the_server_writes_them() {
  const now = at(12, 0);
  equal([listTime(at(9, 5), now), listTime(at(9, 5, 16), now), listTime(at(9, 5, 3), now)], ["9:05", "Mon", "3 Nov"]);
  equal(listTime(new Date(2025, 10, 3), now), "3 Nov 2025");
  equal([dayName(at(9, 0, 13), now), dayName(new Date(2025, 10, 13), now)], ["Friday 13 November", "Thursday 13 November 2025"]);
}

export function a_bare_date_is_a_day_here() {
  equal([dayKey(moment("2026-11-21")), moment("2026-11-21").getHours()], ["2026-11-21", 0]);
  equal(moment("2026-11-21T09:05:00.000Z").valueOf(), Date.UTC(2026, 10, 21, 9, 5));
}

export async function a_position_is_read_once_and_only_forward() {
  const [time, posted] = [new Time(), []];
  const reading = new Reading({ read: 3, post: (value) => posted.push(value) > 0, time });
  for (const seen of [2, 4, 6, 5]) reading.saw(seen);
  await time.pass(2_000);
  equal(posted, [6]);
}

export async function a_read_that_could_not_leave_is_told_again() {
  const [time, posted] = [new Time(), []];
  let open = false;
  const reading = new Reading({ read: 0, post: (value) => open && posted.push(value) > 0, time });
  reading.saw(2);
  await time.pass(2_000);
  open = true;
  reading.flush();
  equal(posted, [2]);
}

export async function a_read_that_is_not_confirmed_is_told_again_but_not_for_ever() {
  const [time, posted] = [new Time(), []];
  const reading = new Reading({ read: 0, post: (value) => posted.push(value) > 0, time });
  reading.saw(2);
  await time.pass(2_000);
  for (let beat = 0; beat < 6; beat += 1) reading.remind();
  equal(posted, [2, 2, 2, 2]);
  reading.saw(3);
  await time.pass(2_000);
  reading.confirm(3);
  reading.remind();
  equal(posted, [2, 2, 2, 2, 3]);
}

export async function typing_is_told_once_in_three_seconds() {
  const time = new Time();
  let told = 0;
  const typing = new Typing({ tell: () => (told += 1), show: () => {}, time });
  for (let tenth = 0; tenth < 70; tenth += 1) {
    typing.mine();
    time.at += 100;
  }
  equal(told, 3);
}

export async function who_types_is_forgotten_after_five_seconds() {
  const [time, shown] = [new Time(), []];
  const typing = new Typing({ tell: () => {}, show: (users) => shown.push(users.join()), time });
  typing.theirs("noor");
  await time.pass(3_000);
  typing.theirs("tomas");
  await time.pass(2_000);
  typing.stopped("tomas");
  equal(shown, ["noor", "noor,tomas", "tomas", ""]);
}

export function marks_never_go_back() {
  const marks = new Marks({ delivered: 5, read: 3, others: ["b"] });
  equal(marks.advance({ user: "b", delivered: 4, read: 2 }), false);
  equal(marks.advance({ user: "b", delivered: 5, read: 5 }), true);
  equal([5, 6].map((position) => marks.of(position)), ["read", "sent"]);
}

export function read_by_all_means_all() {
  const marks = new Marks({ others: ["b", "c"] });
  marks.advance({ user: "b", read: 9 });
  equal(marks.of(1), "sent");
  marks.advance({ user: "c", delivered: 4 });
  equal([marks.of(4), marks.of(5)], ["delivered", "sent"]);
  equal(new Marks({ others: null }).advance({ user: "b", read: 9 }), false, "unknown others");
}

export async function arrivals_are_told_one_a_second_and_only_the_newest() {
  const [time, sent] = [new Time(), []];
  const got = new Got({ send: ({ conversation, number }) => sent.push(`${conversation}${number}`), time });
  for (const [id, number] of [["a", 1], ["a", 2], ["b", 1], ["a", 1]]) got.arrived(id, number);
  await time.pass(1_000);
  equal(sent, ["a2"]);
  await time.pass(5_000);
  equal(sent, ["a2", "b1"]);
}
