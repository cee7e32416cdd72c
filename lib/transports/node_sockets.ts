/** Sockets by npm's `ws`: handshakes pass through the app like any request. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { STATUS_CODES } from "node:http";
import { createHeaders } from "@remix-run/node-fetch-server";
import { type WebSocket as Ws, WebSocketServer } from "ws";
import { CONNECTION_RATES } from "../connection.ts";
import { logError } from "../logging.ts";
import { metrics } from "../metrics.ts";
import { LIMITS } from "../protocol.ts";
import { TokenBucket } from "../rate_limiter.ts";
import type { Socket, SocketEvents } from "../socket.ts";
import { IDLE_TIMEOUT, setUpgrader } from "../upgrade.ts";
import type { Handler } from "./transport.ts";

/** Milliseconds, and a count. */
export const SOCKET_LIMITS = {
  /** In which a peer has to answer a close. */
  close: 5_000,
  /** In which whoever broke the protocol can read so; nothing more is read of them. */
  farewell: 1_000,
  /** In which something must come: half of what the other transport waits, twice. */
  silence: IDLE_TIMEOUT * 500,
  /** Pieces of one message: each is a buffer of its own, whatever it holds. */
  pieces: 1_000,
};

/** What `ws` calls a message above its bound. */
const TOO_LONG = "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH";

/** What the app answered to a handshake. */
interface Answer {
  protocol: string | null;
  cookies: string[];
}

/** All sockets of a server. */
export class NodeSockets {
  readonly #handler: Handler;
  readonly #infoOf: (
    req: IncomingMessage,
  ) => Deno.ServeHandlerInfo<Deno.NetAddr>;
  readonly #answers = new WeakMap<IncomingMessage, Answer>();
  readonly #open = new Set<WsSocket>();
  readonly #server: WebSocketServer;
  readonly #timer: ReturnType<typeof setInterval>;

  /** Sockets of what the handler lets in. */
  constructor(
    handler: Handler,
    infoOf: (req: IncomingMessage) => Deno.ServeHandlerInfo<Deno.NetAddr>,
  ) {
    this.#handler = handler;
    this.#infoOf = infoOf;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: LIMITS.frameBytes,
      maxFragments: SOCKET_LIMITS.pieces,
      maxBufferedChunks: SOCKET_LIMITS.pieces,
      closeTimeout: SOCKET_LIMITS.close,
      // Each connection would hold a window of its own, and each frame be
      // compressed anew for each of a room's readers.
      perMessageDeflate: false,
      handleProtocols: (_: Set<string>, req: IncomingMessage) =>
        this.#answers.get(req)?.protocol ?? false,
    });
    this.#server.on("headers", (lines: string[], req: IncomingMessage) => {
      for (const cookie of this.#answers.get(req)?.cookies ?? []) {
        lines.push(`set-cookie: ${cookie}`);
      }
    });
    this.#timer = setInterval(() => this.#look(), SOCKET_LIMITS.silence);
  }

  /** Asks the app about a handshake; `left` is told when it is a plain connection no more. */
  async upgrade(
    req: IncomingMessage,
    stream: Duplex,
    head: Uint8Array,
    left: () => void,
  ): Promise<void> {
    const ignore = () => {};
    stream.on("error", ignore);
    let events: SocketEvents | undefined;
    try {
      const request = requestOf(req);
      if (!request) return refuse(stream, new Response(null, { status: 400 }));
      setUpgrader(request, (given) => {
        events = given;
        return new Response(null, { status: 204 });
      });
      const response = await this.#handler(request, this.#infoOf(req));
      if (!events || response.status !== 204) {
        events?.ended();
        return await refuse(stream, response);
      }
      stream.off("error", ignore);
      this.#accept(req, stream, head, { events, response, left });
    } catch (error) {
      logError(error);
      events?.ended();
      stream.destroy();
    }
  }

  /** Ends those that are left. */
  terminate(): void {
    for (const socket of this.#open) socket.terminate();
  }

  /** Looks after none any more. */
  close(): void {
    clearInterval(this.#timer);
  }

  #accept(
    req: IncomingMessage,
    stream: Duplex,
    head: Uint8Array,
    { events, response, left }: {
      events: SocketEvents;
      response: Response;
      left: () => void;
    },
  ): void {
    this.#answers.set(req, {
      protocol: response.headers.get("sec-websocket-protocol"),
      cookies: response.headers.getSetCookie(),
    });
    let isOpen = false;
    this.#server.handleUpgrade(req, stream, head, (ws: Ws) => {
      isOpen = true;
      left();
      const gone = () => this.#open.delete(socket);
      const socket = new WsSocket(ws, stream, events, gone);
      this.#open.add(socket);
      events.opened(socket);
    });
    // It calls back at once, or has answered that something is wrong.
    if (!isOpen) events.ended();
  }

  #look(): void {
    for (const socket of this.#open) socket.look();
  }
}

/** The last text that was sent: in a room all get the same. */
let encoded: { text: string; bytes: Uint8Array } | undefined;

function encode(text: string): Uint8Array {
  if (encoded?.text === text) return encoded.bytes;
  encoded = { text, bytes: new TextEncoder().encode(text) };
  return encoded.bytes;
}

/** A socket of `ws` as the app sees it. */
class WsSocket implements Socket {
  readonly #ws: Ws;
  #isAlive = true;
  #pings: TokenBucket | undefined;

  constructor(
    ws: Ws,
    stream: Duplex,
    events: SocketEvents,
    gone: () => void,
  ) {
    this.#ws = ws;
    let why: number | undefined;
    let farewell: ReturnType<typeof setTimeout> | undefined;
    ws.on("message", (data: { toString(): string }, isBinary: boolean) => {
      this.#isAlive = true;
      events.received(isBinary ? data : data.toString());
    });
    ws.on("pong", () => this.#isAlive = true);
    ws.on("ping", () => this.#pinged());
    ws.on("error", ({ code }: { code?: string }) => {
      why = closeCodeOf(code);
      if (why === 1008 || why === 1009) metrics.refused.add("frame_too_big");
      else if (why !== undefined) metrics.refused.add("bad_frame");
      // `ws` would go on to read, and drop, as much as comes until it is closed.
      setImmediate(() => stream.pause());
      farewell = setTimeout(() => ws.terminate(), SOCKET_LIMITS.farewell);
    });
    ws.on("close", (code: number) => {
      clearTimeout(farewell);
      gone();
      events.ended(why ?? code);
    });
  }

  get bufferedAmount(): number {
    return this.#ws.bufferedAmount;
  }

  send(text: string): void {
    this.#ws.send(encode(text), { binary: false });
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, reason);
  }

  terminate(): void {
    this.#ws.terminate();
  }

  /** Ends it when nothing came since the last look; else asks for a sign of life. */
  look(): void {
    if (!this.#isAlive) return this.#ws.terminate();
    this.#isAlive = false;
    this.#ws.ping();
  }

  /** The connection sees no pings, but they cost the same. */
  #pinged(): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    const now = performance.now();
    this.#isAlive = true;
    this.#pings ??= new TokenBucket(CONNECTION_RATES.frames, now);
    if (this.#pings.take(1, now) === 0) return;
    metrics.refused.add("too_fast");
    this.#ws.terminate();
  }
}

/** What `ws` closes with after an error of the peer's. */
function closeCodeOf(code = ""): number | undefined {
  if (code === TOO_LONG) return 1009;
  if (code.startsWith("WS_ERR_TOO_MANY")) return 1008;
  if (code === "WS_ERR_INVALID_UTF8") return 1007;
  return code.startsWith("WS_ERR_") ? 1002 : undefined;
}

/** Null when its address can't be read. A body is not read: handshakes have none. */
function requestOf(req: IncomingMessage): Request | null {
  const { method = "GET", url = "/" } = req;
  if (method !== "GET" && method !== "HEAD") return null;
  const address = `http://${req.headers.host ?? "localhost"}${url}`;
  if (!URL.canParse(address)) return null;
  return new Request(address, { method, headers: createHeaders(req) });
}

/** There is no `ServerResponse` for these: the answer is written by hand. */
async function refuse(stream: Duplex, response: Response): Promise<void> {
  const body = new Uint8Array(await response.arrayBuffer());
  const { status } = response;
  const headers = new Headers(response.headers);
  headers.set("connection", "close");
  headers.set("content-length", String(body.length));
  const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`);
  const reason = STATUS_CODES[status] ?? "";
  stream.write(`HTTP/1.1 ${status} ${reason}\r\n${lines.join("")}\r\n`);
  stream.end(body, () => stream.destroy());
}
