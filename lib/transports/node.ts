/**
 * `node:http` with `ws`, for servers that strangers reach: it bounds headers,
 * how long they take, and how many connections an address has, and can end a
 * socket whose peer reads nothing. The app and its checks are the same.
 */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createRequest, sendResponse } from "@remix-run/node-fetch-server";
import { logError } from "../logging.ts";
import { metrics } from "../metrics.ts";
import { networkOf } from "../origins.ts";
import { compressed } from "./compression.ts";
import { NodeSockets } from "./node_sockets.ts";
import {
  type Handler,
  type Listening,
  type ListenOptions,
  plainAddress,
  readable,
} from "./transport.ts";

/** Bytes, and milliseconds. */
export const NODE_LIMITS = {
  /** All headers of a request together. */
  headerBytes: 16 * 1024,
  /** From the connection's first moment, or the end of what was asked before, to the last header. */
  headers: 10_000,
  /** A request with its body; bodies have shorter times of their own, files may take long. */
  request: 60 * 60_000,
  /** Between two requests. */
  keepAlive: 5_000,
  /** In which anything must move in either direction. */
  silence: 60_000,
  /** Between two looks at all of these. */
  interval: 2_000,
  /** In which whoever is still sending can read that nothing more is taken. */
  farewell: 1_000,
};

/** Listens with `node:http`; sockets come by `ws`. */
export async function listen(
  options: ListenOptions,
  app: Handler,
): Promise<Listening> {
  const handler = readable(app);
  const server = createServer({
    maxHeaderSize: NODE_LIMITS.headerBytes,
    headersTimeout: NODE_LIMITS.headers,
    requestTimeout: NODE_LIMITS.request,
    keepAliveTimeout: NODE_LIMITS.keepAlive,
    connectionsCheckingInterval: NODE_LIMITS.interval,
    noDelay: true,
  });
  server.timeout = NODE_LIMITS.silence;
  const sockets = new NodeSockets(handler, infoOf);
  // 14 kB each at first: what one address holds stays below 10 MB.
  const { perAddress } = options;
  const newcomers = new Newcomers(perAddress && Math.ceil(perAddress / 2));
  server.on("connection", (socket) => newcomers.take(socket));
  server.on("request", (req, res) => {
    newcomers.asks(req.socket);
    res.once("finish", () => newcomers.rests(req.socket));
    void answer(handler, req, res);
  });
  server.on("upgrade", (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    newcomers.asks(socket);
    void sockets.upgrade(req, socket, head, () => newcomers.leave(socket));
  });
  await opened(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => stop(server, sockets),
  };
}

function opened(
  server: Server,
  { port, host }: ListenOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      server.on("error", logError);
      resolve();
    });
  });
}

/** Those who still are there after a second are gone. */
async function stop(server: Server, sockets: NodeSockets): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    sockets.terminate();
    server.closeAllConnections();
  }, NODE_LIMITS.farewell);
  await closed;
  clearTimeout(timer);
  sockets.close();
}

async function answer(
  handler: Handler,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  let request: Request;
  try {
    request = createRequest(req, res);
  } catch {
    // Its address or method can't be read.
    res.writeHead(400, { connection: "close" }).end();
    return;
  }
  res.on("finish", () => dropUnread(req));
  try {
    const response = await handler(request, infoOf(req));
    // The library would wait for ever for whoever left meanwhile.
    if (res.destroyed) return void response.body?.cancel().catch(() => {});
    await sendResponse(res, compressed(request, response));
  } catch (error) {
    if (!request.signal.aborted) logError(error);
    res.destroy();
  }
}

/** What was refused unread is not read to its end either. */
function dropUnread(req: IncomingMessage): void {
  if (req.complete) return;
  const { socket } = req;
  const timer = setTimeout(() => socket.destroy(), NODE_LIMITS.farewell);
  socket.once("close", () => clearTimeout(timer));
}

function infoOf(req: IncomingMessage): Deno.ServeHandlerInfo<Deno.NetAddr> {
  const { remoteAddress = "", remotePort = 0 } = req.socket;
  const hostname = plainAddress(remoteAddress);
  return {
    remoteAddr: { transport: "tcp", hostname, port: remotePort },
    completed: Promise.resolve(),
  };
}

/**
 * Connections that are no sockets (yet), by address. One that waits for another
 * request gives way: browsers keep theirs open, many at a time, and many people
 * may share an address.
 */
class Newcomers {
  readonly #most: number | null;
  readonly #counts = new Map<string, number>();
  /** Those that were answered, by network, the longest ago first. */
  readonly #resting = new Map<string, Set<Duplex>>();
  readonly #networks = new WeakMap<Duplex, string>();
  /** How many requests were not answered yet: one may come before the last one was. */
  readonly #asked = new WeakMap<Duplex, number>();

  constructor(most: number | null) {
    this.#most = most;
  }

  /** Counts a connection, or ends it. */
  take(socket: Socket): void {
    if (this.#most === null) return;
    const network = networkOf(plainAddress(socket.remoteAddress ?? ""));
    if ((this.#counts.get(network) ?? 0) >= this.#most) this.#end(network);
    const count = this.#counts.get(network) ?? 0;
    if (count >= this.#most) {
      metrics.turnedAway.add();
      socket.destroy();
      return;
    }
    this.#counts.set(network, count + 1);
    this.#networks.set(socket, network);
    socket.once("close", () => this.leave(socket));
  }

  /** It sends a request. */
  asks(socket: Duplex): void {
    const network = this.#networks.get(socket);
    if (network === undefined) return;
    this.#asked.set(socket, (this.#asked.get(socket) ?? 0) + 1);
    this.#wake(socket, network);
  }

  /** One was answered. */
  rests(socket: Duplex): void {
    const network = this.#networks.get(socket);
    if (network === undefined) return;
    const left = (this.#asked.get(socket) ?? 0) - 1;
    this.#asked.set(socket, left);
    if (left > 0) return;
    const resting = this.#resting.get(network) ?? new Set();
    this.#resting.set(network, resting.add(socket));
  }

  #wake(socket: Duplex, network: string): void {
    const resting = this.#resting.get(network);
    if (resting?.delete(socket) && resting.size === 0) {
      this.#resting.delete(network);
    }
  }

  /** Ends the one that rests for longest. */
  #end(network: string): void {
    const [longest] = this.#resting.get(network) ?? [];
    if (!longest) return;
    this.leave(longest);
    longest.destroy();
  }

  /** It ended, or is somebody's socket now. */
  leave(socket: Duplex): void {
    const network = this.#networks.get(socket);
    if (network === undefined) return;
    this.#wake(socket, network);
    this.#networks.delete(socket);
    const count = this.#counts.get(network)! - 1;
    if (count > 0) this.#counts.set(network, count);
    else this.#counts.delete(network);
  }
}
