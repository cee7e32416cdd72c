/** Bare Deno: each message goes out as a frame of its own. */
const sockets = new Set<WebSocket>();

Deno.serve(
  {
    port: 0,
    hostname: "127.0.0.1",
    onListen: ({ port }) => console.log(Deno.pid, port),
  },
  (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => {
      sockets.add(socket);
      socket.send("joined");
    };
    socket.onmessage = ({ data }) => {
      for (const other of sockets) other.send(data);
    };
    socket.onclose = () => sockets.delete(socket);
    socket.onerror = () => sockets.delete(socket);
    return response;
  },
);
