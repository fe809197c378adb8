// Another process that emits into Socket.IO's rooms through Redis: {first, count, rate, began, room, size} a line.
"use strict";

const readline = require("readline");
const { createClient } = require("redis");
const { Emitter } = require("@socket.io/redis-emitter");

const now = () => Number(process.hrtime.bigint()) / 1e9;
const WORDS = "the quick brown fox jumps over the lazy dog and ";

function event(room, index, size) {
  const mark = "~~" + String(index).padStart(8, "0") + " ";
  const body = (mark + WORDS.repeat(Math.ceil(size / WORDS.length))).slice(0, size);
  return { room, id: String(index), seq: index, sender: "somebody", body, at: new Date() };
}

function run(emitter, { first, count, rate, began, room, size }, done) {
  let sent = 0;
  const step = () => {
    const due = rate ? Math.min(count, Math.floor((now() - began) * rate) + 1) : now() < began ? 0 : count;
    for (; sent < due; sent++) emitter.to(room).emit("message", event(room, first + sent, size));
    if (sent < count) setTimeout(step, 1);
    else done();
  };
  step();
}

async function main() {
  const client = createClient({ url: process.env.REDIS_URL });
  await client.connect();
  const emitter = new Emitter(client);
  console.log(JSON.stringify({ ready: true }));
  readline.createInterface({ input: process.stdin })
    .on("line", (line) => run(emitter, JSON.parse(line), () => console.log(JSON.stringify({ done: true }))))
    .on("close", () => process.exit(0));
}

main();
