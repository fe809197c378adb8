import { Backoff, retryDelay } from "/static/js/realtime/backoff.js";
import { verdict } from "/static/js/realtime/closes.js";
import { forwardOnly } from "/static/js/lib/clock.js";
import { Socket } from "/static/js/realtime/socket.js";
import { channel, equal, Time } from "./kit.js";

function opened({ visible = true, random = () => 1 } = {}) {
  const [Channel, time] = [channel(), new Time()];
  const hello = (useCursors) => ({ conversations: useCursors ? { a: 1 } : {} });
  const socket = new Socket({ url: "ws://x/ws/", hello, visible: () => visible, time, random, Channel });
  socket.start();
  return { socket, Channel, time };
}

function ready(options) {
  const world = opened(options);
  world.Channel.last.greet();
  return world;
}

async function closedWith(code, options) {
  const world = ready(options);
  world.Channel.last.end(code);
  return { ...world, state: world.socket.state, reason: world.socket.reason, next: world.time.next };
}

export function it_greets_and_is_ready() {
  const { socket, Channel } = ready();
  equal(Channel.last.protocol, "chatify.v1");
  equal(Channel.last.sent[0], { type: "hello", format: "html", conversations: { a: 1 } });
  equal([socket.state, socket.user], ["ready", "me"]);
}

export async function it_comes_back_with_full_jitter_doubling_to_eight_seconds() {
  const { Channel, time } = opened();
  const waits = [];
  for (let round = 0; round < 7; round += 1) {
    Channel.last.end(1006);
    waits.push(time.next);
    await time.pass(time.next);
  }
  equal(waits, [500, 1000, 2000, 4000, 8000, 8000, 8000]);
  equal(new Backoff(() => 0.5).next(true), 250);
}

export async function a_hidden_tab_waits_about_half_a_minute() {
  const { next } = await closedWith(1006, { visible: false, random: () => 0.5 });
  equal(next, 30_000);
}

export async function without_a_heartbeat_for_twenty_seconds_it_opens_anew() {
  const { Channel, time } = ready();
  const first = Channel.last;
  await time.pass(19_000);
  equal(first.open, true, "open after 19 s");
  first.say({ type: "heartbeat", heads: {} });
  await time.pass(19_000);
  equal(first.open, true, "open 19 s after a heartbeat");
  await time.pass(1_500);
  equal([first.open, Channel.all.length], [false, 2], "20 s and the jitter after it");
}

export async function an_opening_that_takes_ten_seconds_is_given_up() {
  const { Channel, time } = opened();
  await time.pass(10_600);
  equal(Channel.all.length, 2);
}

export async function the_network_coming_back_connects_at_once() {
  const { socket, Channel, time } = await closedWith(1006);
  socket.wake();
  await time.pass(0);
  equal(Channel.all.length, 2);
}

export async function the_network_coming_back_renews_what_was_open() {
  const { socket, Channel, time } = ready();
  socket.renew();
  await time.pass(0);
  equal([Channel.all.length, Channel.all[0].open], [2, false]);
}

export function a_clock_never_goes_back() {
  let wall = 5_000;
  const now = forwardOnly(() => wall);
  const seen = [now(), ((wall = 3_000), now()), ((wall = 3_100), now()), ((wall = 9_000), now())];
  equal(seen, [5_000, 5_000, 5_100, 11_000]);
}

export async function a_tab_that_slept_checks_its_pulse_when_it_is_seen_again() {
  const { socket, Channel, time } = ready();
  time.at += 90_000;
  socket.wake(90_000);
  await time.pass(500);
  equal(Channel.all.length, 2);
}

export async function an_ended_session_stops_it_for_the_sign_in_page() {
  const { state, reason, next } = await closedWith(4003);
  equal([state, reason, next], ["stopped", "signin", null]);
}

export async function too_many_sockets_stop_it_until_asked() {
  const { socket, state, reason, Channel } = await closedWith(4009);
  equal([state, reason], ["stopped", "elsewhere"]);
  socket.wake();
  equal(Channel.all.length, 1);
  socket.reopen();
  equal(Channel.all.length, 2);
}

export async function three_protocol_errors_ask_for_a_reload() {
  const { socket, Channel, time } = opened();
  for (const code of [4001, 1007, 1003]) {
    Channel.last.greet();
    Channel.last.end(code);
    if (socket.state === "waiting") await time.pass(time.next);
  }
  equal([socket.state, socket.reason], ["stopped", "reload"]);
}

export async function a_bad_cursor_is_not_sent_again() {
  const { socket, Channel, time } = await closedWith(4007);
  await time.pass(time.next);
  Channel.last.greet();
  equal([Channel.last.sent[0].conversations, socket.withoutCursors], [{}, true]);
  Channel.last.end(1006);
  await time.pass(time.next);
  Channel.last.greet();
  equal([Channel.last.sent[0].conversations, socket.withoutCursors], [{ a: 1 }, false]);
}

export async function being_too_slow_waits_five_to_fifteen_seconds() {
  equal([(await closedWith(4008)).next, (await closedWith(4008, { random: () => 0 })).next], [15_000, 5_000]);
}

export async function an_overloaded_server_is_left_alone_for_half_a_minute() {
  const { socket, Channel, time } = await closedWith(4013, { random: () => 0 });
  socket.wake();
  await time.pass(29_000);
  equal(Channel.all.length, 1, "also when the network says online");
  await time.pass(1_000);
  equal(Channel.all.length, 2);
}

export async function a_rate_close_waits_a_minute() {
  equal((await closedWith(4029)).next, 60_000);
}

export async function a_restart_is_waited_for_as_the_server_asked() {
  for (const code of [4012, 1012]) {
    const { Channel, time } = ready();
    Channel.last.say({ type: "bye", after_ms: 3_210 });
    Channel.last.end(code);
    equal(time.next, 3_210);
  }
  equal((await closedWith(1012)).next, 500, "without a bye");
}

export function a_frame_that_was_too_big_is_not_sent_again() {
  equal([4002, 1009, 1006].map((code) => verdict(code).dropSend), [true, true, false]);
}

export function messages_are_tried_again_after_1_2_4_8_seconds_give_or_take_half() {
  const middle = [1, 2, 3, 4, 5].map((tries) => retryDelay(tries, true, () => 0.5));
  equal(middle, [1_000, 2_000, 4_000, 8_000, 8_000]);
  equal([retryDelay(1, true, () => 0), retryDelay(1, true, () => 1)], [500, 1_500]);
  equal(retryDelay(1, false, () => 0.5), 30_000);
}
