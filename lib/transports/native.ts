/** The runtime's own server. */
import {
  type Handler,
  type Listening,
  type ListenOptions,
  plainAddress,
  readable,
} from "./transport.ts";

/** Listens with `Deno.serve`; sockets come by `Deno.upgradeWebSocket`. */
export function listen(
  { port, host }: ListenOptions,
  app: Handler,
): Promise<Listening> {
  const handler = readable(app);
  const server = Deno.serve(
    {
      ...{ port, hostname: host, automaticCompression: true },
      onListen: () => {},
    },
    (request, info) => {
      const { remoteAddr } = info;
      const hostname = plainAddress(remoteAddr.hostname);
      if (hostname === remoteAddr.hostname) return handler(request, info);
      return handler(request, {
        remoteAddr: { ...remoteAddr, hostname },
        completed: info.completed,
      });
    },
  );
  return Promise.resolve({
    port: server.addr.port,
    stop: () => server.shutdown(),
  });
}
