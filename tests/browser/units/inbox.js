import { lineFor } from "/static/js/behaviours/connection.js";
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
