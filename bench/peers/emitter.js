// Another process that emits into rooms through Redis, by Socket.IO's emitter or (WAY=ws) by a bare publish.
// A line {first, count, rate, began, room, size} makes `count` events; rate 0 means all at once.
"use strict";

const readline = require("readline");
const { createClient } = require("redis");
const { Emitter } = require("@socket.io/redis-emitter");

const now = () => Number(process.hrtime.bigint()) / 1e9;
const WORDS = "the quick brown fox jumps over the lazy dog and ";

function event(room, index, size) {
  const mark = "%%" + String(index).padStart(8, "0") + " ";
  const body = (mark + WORDS.repeat(Math.ceil(size / WORDS.length))).slice(0, size);
  return { room, id: String(index), seq: index, sender: "somebody", body, at: new Date() };
}

function run(emit, { first, count, rate, began, room, size }) {
  let sent = 0;
  const step = () => {
    const passed = now() - began;
    const due = passed < 0 ? 0 : rate ? Math.min(count, Math.floor(passed * rate) + 1) : count;
    for (; sent < due; sent++) emit(room, event(room, first + sent, size));
    if (sent < count) setTimeout(step, 1);
    else console.log(JSON.stringify({ published: sent }));
  };
  step();
}

async function main() {
  const client = createClient({ url: process.env.REDIS_URL });
  await client.connect();
  const emitter = new Emitter(client);
  const ways = {
    ws: (room, said) => client.publish(room, JSON.stringify({ type: "message", ...said })),
    socketio: (room, said) => emitter.to(room).emit("message", said),
  };
  console.log(JSON.stringify({ ready: true }));
  readline.createInterface({ input: process.stdin })
    .on("line", (line) => run(ways[process.env.WAY], JSON.parse(line)))
    .on("close", () => process.exit(0));
}

main();
