/** What the hub needs of a WebSocket, whichever server accepted it. */
export interface Socket {
  /** Bytes handed to `send` that the network has not taken yet. */
  readonly bufferedAmount: number;
  /** Sends one text frame; a socket that is closed ignores it. */
  send(text: string): void;
  /** Starts the closing handshake; more calls do nothing. */
  close(code: number, reason: string): void;
}
