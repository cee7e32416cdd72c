/** Turns a request into a socket, whichever server took it. */
import type { Socket, SocketEvents } from "./socket.ts";

/** Seconds of silence after which the runtime pings, and then gives up on, a peer. */
export const IDLE_TIMEOUT = 30;

/** Accepts a handshake. The answer may get further headers. */
export type Upgrader = (events: SocketEvents) => Response | null;

const upgraders = new WeakMap<Request, Upgrader>();

/** Says how a request becomes a socket that the runtime can't upgrade itself. */
export function setUpgrader(request: Request, upgrader: Upgrader): void {
  upgraders.set(request, upgrader);
}

/**
 * Accepts a request's handshake and gives the answer that must be returned, or
 * null when it is none.
 */
export function upgrade(
  request: Request,
  events: SocketEvents,
): Response | null {
  if (!isHandshake(request)) return null;
  const upgrader = upgraders.get(request);
  return upgrader ? upgrader(events) : upgradeNatively(request, events);
}

/** As RFC 6455 has it; the runtime's server takes less. */
function isHandshake({ headers }: Request): boolean {
  return headers.get("upgrade")?.toLowerCase() === "websocket" &&
    /^[+/0-9A-Za-z]{22}==$/.test(headers.get("sec-websocket-key") ?? "") &&
    headers.get("sec-websocket-version") === "13";
}

function upgradeNatively(
  request: Request,
  events: SocketEvents,
): Response | null {
  let upgraded: Deno.WebSocketUpgrade;
  try {
    upgraded = Deno.upgradeWebSocket(request, { idleTimeout: IDLE_TIMEOUT });
  } catch {
    // A handshake without its key, for example.
    return null;
  }
  const { socket, response } = upgraded;
  socket.onopen = () => events.opened(new NativeSocket(socket));
  socket.onmessage = ({ data }) => events.received(data);
  // The runtime may fire these twice, or only one of them (D4).
  socket.onclose = ({ code }) => events.ended(code);
  socket.onerror = () => events.ended();
  return response;
}

/** The runtime's socket, which can't be ended by force. */
class NativeSocket implements Socket {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  /** Nothing frees it before its peer is gone. */
  terminate(): void {}
}
