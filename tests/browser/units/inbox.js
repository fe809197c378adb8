import { lineFor } from "/static/js/behaviours/connection.js";
import { Early } from "/static/js/inbox/early.js";
import { compare, snippet } from "/static/js/inbox/order.js";
import { equal } from "./kit.js";

export function rows_sort_by_activity_then_id_as_the_servers_keyset() {
  const rows = [
    { at: "2026-11-20T10:00:00.000Z", id: "a" },
    { at: "2026-11-20T11:00:00.000Z", id: "b" },
    { at: "2026-11-20T10:00:00.000Z", id: "c" },
  ];
  equal(rows.sort(compare).map((row) => row.id), ["b", "c", "a"]);
}

export function a_snippet_is_one_line_and_never_half_an_emoji() {
  equal(snippet("  two\n\n lines "), "two lines");
  equal(snippet("🌱🌱🌱🌱", 3), "🌱🌱…");
  equal(snippet("**Hello**\n\n> you"), "Hello you");
  equal(snippet("~~old~~ _new_, snake_case = 5 * 3"), "old new, snake_case = 5 * 3");
}

const facts = { state: "waiting", reason: null, online: true, waiting: 0, lasting: true, long: true };

export function the_line_is_quiet_until_trouble_lasts() {
  equal(lineFor({ ...facts, long: false }).text, "");
  equal(lineFor(facts).text, "Reconnecting…");
  equal(lineFor({ ...facts, state: "ready" }).text, "");
}

export function the_line_says_what_is_kept() {
  equal(lineFor({ ...facts, waiting: 2 }).text, "Reconnecting… 2 messages are waiting to be sent.");
  const offline = lineFor({ ...facts, online: false, waiting: 1 }).text;
  equal(offline, "You are offline. We'll send it when you're back. 1 message is waiting to be sent.");
  equal(lineFor({ ...facts, online: false }).text, "You are offline.");
}

export function a_session_that_ended_is_said_where_the_page_must_stay() {
  const { text, action } = lineFor({ ...facts, state: "stopped", reason: "signin" });
  equal([text, action], ["You are signed out. What you typed is kept while this page is open.", "signin"]);
}

export function memory_only_is_said() {
  const { text } = lineFor({ ...facts, waiting: 1, lasting: false });
  equal(text.endsWith("This browser cannot keep unsent messages when the tab is closed."), true);
}

function early() {
  const wanted = [];
  return { wanted, early: new Early((conversation) => wanted.push(conversation)) };
}

/** An answer of the server, and what brings it. */
function held() {
  let bring;
  const answer = new Promise((resolve) => (bring = resolve));
  return { bring, ask: () => answer };
}

export async function an_answer_between_a_reading_and_its_receipt_is_asked_for_again() {
  const { wanted, early: readings } = early();
  readings.read("a", 3);
  equal(await readings.answer(async () => "page"), "page");
  equal(wanted, [], "before the server knows");
  readings.told("a", 2);
  equal(wanted, [], "after another reading's receipt");
  readings.told("a", 3);
  readings.told("a", 3);
  equal(wanted, ["a"]);
}

export async function an_answer_that_a_receipt_overtook_is_asked_for_again() {
  const { wanted, early: readings } = early();
  const { bring, ask } = held();
  const answer = readings.answer(ask);
  readings.read("a", 1);
  readings.told("a", 1);
  readings.told("b", 1);
  bring("page");
  await answer;
  equal(wanted, ["a", "b"]);
}

export async function an_answer_before_or_after_a_reading_is_good() {
  const { wanted, early: readings } = early();
  await readings.answer(async () => "before");
  readings.read("a", 1);
  readings.told("a", 1);
  await readings.answer(async () => "after");
  equal(wanted, []);
}

export async function the_last_of_several_readings_decides() {
  const { wanted, early: readings } = early();
  readings.read("a", 1);
  await readings.answer(async () => "page");
  readings.read("a", 2);
  readings.told("a", 1);
  equal(wanted, []);
  readings.told("a", 2);
  equal(wanted, ["a"]);
}

export async function what_cannot_be_asked_is_said() {
  const { early: readings } = early();
  const trouble = await readings.answer(() => Promise.reject(new Error("no line"))).catch(({ message }) => message);
  equal(trouble, "no line");
}
