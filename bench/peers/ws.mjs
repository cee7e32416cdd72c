/** Node with `ws`: each message goes out as a frame of its own. */
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
server.on("connection", (socket) => {
  socket.send("joined");
  socket.on("error", () => {});
  socket.on("message", (data) => {
    for (const other of server.clients) other.send(data, { binary: false });
  });
});
server.on(
  "listening",
  () => console.log(process.pid, server.address().port),
);
