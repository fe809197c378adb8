// The two ways of storing that people write: a counter and a row in one transaction, or the bare row.
"use strict";

const { Pool } = require("pg");

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS conversation (id text PRIMARY KEY, head bigint NOT NULL DEFAULT 0);
  CREATE TABLE IF NOT EXISTS message (
    id bigserial PRIMARY KEY, conversation text NOT NULL, seq bigint, sender text NOT NULL, client_id text NOT NULL,
    body text NOT NULL, at timestamptz NOT NULL DEFAULT now(), UNIQUE (conversation, seq));`;
const INSERT = "INSERT INTO message (conversation, seq, sender, client_id, body) VALUES ($1, $2, $3, $4, $5) RETURNING at";
const ADVANCE = "UPDATE conversation SET head = head + 1 WHERE id = $1 RETURNING head";

async function open(url) {
  const pool = new Pool({ connectionString: url, max: 10 });
  await pool.query(SCHEMA);
  return pool;
}

async function prepare(pool, rooms) {
  const insert = "INSERT INTO conversation (id) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING";
  await pool.query(insert, [rooms]);
}

// Statements have names, so that each connection prepares them once.
async function inTransaction(pool, { room, sender, id, body }) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const counted = await client.query({ name: "advance", text: ADVANCE, values: [room] });
    const seq = Number(counted.rows[0].head);
    const kept = await client.query({ name: "insert", text: INSERT, values: [room, seq, sender, id, body] });
    await client.query("COMMIT");
    return { seq, at: kept.rows[0].at };
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}

async function bare(pool, { room, sender, id, body }) {
  const kept = await pool.query({ name: "insert", text: INSERT, values: [room, null, sender, id, body] });
  return { seq: null, at: kept.rows[0].at };
}

module.exports = { open, prepare, ways: { tx: inTransaction, insert: bare } };
