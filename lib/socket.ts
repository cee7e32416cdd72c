/** What the hub needs of a WebSocket, whichever server accepted it. */
export interface Socket {
  /** Bytes handed to `send` that the network has not taken yet. */
  readonly bufferedAmount: number;
  /** Sends one text frame; a socket that is closed ignores it. */
  send(text: string): void;
  /** Starts the closing handshake; more calls do nothing. */
  close(code: number, reason: string): void;
  /** Ends the connection at once, where the server can; more calls do nothing. */
  terminate(): void;
}

/** What becomes of a socket; `ended` may be called twice, or never (D4). */
export interface SocketEvents {
  /** It can be sent to from now on. */
  opened(socket: Socket): void;
  /** A text frame comes as a string, anything else as something else. */
  received(data: unknown): void;
  /** It is gone, with the close code where there was one. */
  ended(code?: number): void;
}
