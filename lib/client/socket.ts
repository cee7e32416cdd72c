/** One attempt at a WebSocket, whose late events can be ignored. */

/** As much of a WebSocket as the client uses. */
export interface SocketLike {
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /** Bytes not yet handed to the network. */
  readonly bufferedAmount: number;
  /** The handshake is done. */
  onopen: ((event: Event) => unknown) | null;
  /** A frame came. */
  onmessage: ((event: MessageEvent) => unknown) | null;
  /** Something broke; `onclose` should follow. */
  onerror: ((event: Event) => unknown) | null;
  /** The socket is closed. */
  onclose: ((event: CloseEvent) => unknown) | null;
  /** Sends a text frame. */
  send(text: string): void;
  /** Starts the closing handshake. */
  close(code?: number, reason?: string): void;
}

/** What a socket tells. */
export interface SocketEvents {
  /** The handshake is done. */
  opened(): void;
  /** A frame came. */
  received(data: unknown): void;
  /** Something broke. */
  broke(): void;
  /** The socket is closed. */
  closed(code: number, reason: string): void;
}

/** Passes the socket's events on until {@link abandon}. */
export function listen(socket: SocketLike, events: SocketEvents): void {
  socket.onopen = () => events.opened();
  socket.onmessage = (event) => events.received(event.data);
  socket.onerror = () => events.broke();
  socket.onclose = (event) => events.closed(event.code, event.reason);
}

/**
 * Closes a socket and ignores all that it still tells: a dead one may fire
 * its `close` minutes later, or never.
 */
export function abandon(socket: SocketLike): void {
  socket.onopen =
    socket.onmessage =
    socket.onerror =
    socket.onclose =
      null;
  try {
    socket.close();
  } catch {
    // It was never open, or is closed already.
  }
}
