// The ceiling: bare ws, no storing, no acknowledgement that means anything; what Redis says goes to everybody there.
"use strict";

const { createClient } = require("redis");
const { WebSocketServer } = require("ws");

const rooms = new Map();

function everywhere(room, text) {
  const bytes = Buffer.from(text); // once, or each send would encode it again
  for (const socket of rooms.get(room) || []) socket.send(bytes, { binary: false });
}

async function main() {
  const subscribing = createClient({ url: process.env.REDIS_URL });
  await subscribing.connect();
  await subscribing.pSubscribe("room-*", (text, room) => everywhere(room, text));

  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, backlog: 2048, perMessageDeflate: false });
  server.on("connection", (socket) => socket.on("message", (data) => hear(socket, JSON.parse(data))));
  server.on("listening", () => console.log(JSON.stringify({ port: server.address().port })));
}

function hear(socket, said) {
  if (said.type === "join") {
    socket.user = said.user;
    for (const room of said.rooms) rooms.set(room, (rooms.get(room) || new Set()).add(socket));
    socket.send('{"type":"joined"}');
    return;
  }
  const { room, id, body } = said;
  everywhere(room, JSON.stringify({ type: "message", room, id, sender: socket.user, body, at: new Date() }));
  socket.send(JSON.stringify({ type: "ack", id }));
}

main();
