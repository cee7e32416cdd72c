/** Bun, with its native `publish`. */
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: (request, server) => void server.upgrade(request),
  websocket: {
    open(socket) {
      socket.subscribe("room");
      socket.send("joined");
    },
    message: (_, data) => void server.publish("room", data),
  },
});
console.log(process.pid, server.port);
