// Socket.IO 4 with its Redis adapter, as its documentation sets it up; STORE is tx, insert or none.
"use strict";

const http = require("http");
const { Server } = require("socket.io");
const { createAdapter } = require("@socket.io/redis-adapter");
const { createClient } = require("redis");
const storing = require("./storing");

async function main() {
  const publishing = createClient({ url: process.env.REDIS_URL });
  const subscribing = publishing.duplicate();
  await Promise.all([publishing.connect(), subscribing.connect()]);
  const way = process.env.STORE || "none";
  const pool = way === "none" ? null : await storing.open(process.env.DATABASE_URL);

  const server = http.createServer();
  const io = new Server(server, {
    transports: ["websocket"],
    perMessageDeflate: false,
    serveClient: false,
    adapter: createAdapter(publishing, subscribing),
  });
  io.on("connection", (socket) => listen(io, socket, (said) => storing.ways[way](pool, said)));
  // The rooms exist before anybody is let in, so that a send never has to make one.
  io.use(async (socket, next) => {
    if (pool) await storing.prepare(pool, socket.handshake.auth.rooms);
    next();
  });
  server.listen(0, "127.0.0.1", 2048, () => console.log(JSON.stringify({ port: server.address().port })));
}

function listen(io, socket, keep) {
  const { user, rooms } = socket.handshake.auth;
  socket.join(rooms);
  socket.on("send", async ({ room, id, body }, acknowledge) => {
    const { seq, at } = await keep({ room, sender: user, id, body });
    io.to(room).emit("message", { room, id, seq, sender: user, body, at });
    acknowledge({ id, seq, at });
  });
}

main();
