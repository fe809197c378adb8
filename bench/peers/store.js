// Counter and row in one durable transaction by WAY: `sqlite` (better-sqlite3 on FILE, synchronous=FULL, WAL), or
// `tx` and `insert` (pg with a pool of ten on DATABASE_URL). A line {seconds, senders, rooms, size} runs it once.
"use strict";

const readline = require("readline");
const Database = require("better-sqlite3");
const storing = require("./storing");

const WORDS = "the quick brown fox jumps over the lazy dog and ";
const now = () => Number(process.hrtime.bigint()) / 1e9;

function sqlite(rooms) {
  const db = new Database(process.env.FILE);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.exec(`
    CREATE TABLE IF NOT EXISTS conversation (id TEXT PRIMARY KEY, head INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS message (
      id INTEGER PRIMARY KEY, conversation TEXT NOT NULL, seq INTEGER NOT NULL, sender TEXT NOT NULL,
      client_id TEXT NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL, UNIQUE (conversation, seq));`);
  const known = db.prepare("INSERT OR IGNORE INTO conversation VALUES (?, 0)");
  for (const room of rooms) known.run(room);
  const advance = db.prepare("UPDATE conversation SET head = head + 1 WHERE id = ? RETURNING head");
  const insert = db.prepare(
    "INSERT INTO message (conversation, seq, sender, client_id, body, at) VALUES (?, ?, ?, ?, ?, ?)");
  return db.transaction(({ room, sender, id, body }) => {
    const seq = advance.get(room).head;
    insert.run(room, seq, sender, id, body, new Date().toISOString());
    return { seq };
  }).immediate;
}

async function postgres(rooms, way) {
  const pool = await storing.open(process.env.DATABASE_URL);
  await storing.prepare(pool, rooms);
  return (said) => storing.ways[way](pool, said);
}

async function run({ seconds, senders, rooms, size }) {
  const names = Array.from({ length: rooms }, (_, index) => `room-${index}`);
  const way = process.env.WAY;
  const keep = way === "sqlite" ? sqlite(names) : await postgres(names, way);
  const body = WORDS.repeat(Math.ceil(size / WORDS.length)).slice(0, size);
  const took = [];
  const end = now() + seconds;
  const send = async (sender) => {
    for (let place = 0; now() < end; place++) {
      const began = now();
      await keep({ room: names[sender % rooms], sender: `u${sender}`, id: `${sender}-${place}`, body });
      took.push(now() - began);
    }
  };
  const began = now();
  await Promise.all(Array.from({ length: senders }, (_, sender) => send(sender)));
  return { count: took.length, seconds: now() - began, took };
}

console.log(JSON.stringify({ ready: true }));
readline.createInterface({ input: process.stdin })
  .on("line", async (line) => console.log(JSON.stringify(await run(JSON.parse(line)))))
  .on("close", () => process.exit(0));
