/** Node with Socket.IO, over WebSockets only. */
import { createServer } from "node:http";
import { createRequire } from "node:module";

// Required, so that checking the project's types doesn't ask for it.
const { Server } = createRequire(import.meta.url)("socket.io");

const http = createServer();
const io = new Server(http, { transports: ["websocket"] });
io.on("connection", (socket) => {
  socket.join("room");
  socket.on("post", (text) => io.to("room").emit("posted", text));
});
http.listen(
  0,
  "127.0.0.1",
  () => console.log(process.pid, http.address().port),
);
