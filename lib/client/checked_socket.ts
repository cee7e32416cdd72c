/** A WebSocket that tells a delivery checker what went over it. */
import type { ServerFrame } from "../protocol.ts";
import type { Viewer } from "./delivery_checker.ts";
import type { SocketLike } from "./socket.ts";

/** Who is told. */
export interface Checked {
  /** Whose program it is at the time. */
  viewer(): Viewer;
  /** A frame came, which the client has not taken yet. */
  received?(frame: ServerFrame): void;
}

/** What the client gave up is not told any more, whatever still arrives. */
export class CheckedSocket implements SocketLike {
  onopen: SocketLike["onopen"] = null;
  onmessage: SocketLike["onmessage"] = null;
  onerror: SocketLike["onerror"] = null;
  onclose: SocketLike["onclose"] = null;
  readonly #socket: WebSocket;
  readonly #checked: Checked;

  /** Opens the socket. */
  constructor(url: string, protocols: string[], checked: Checked) {
    this.#checked = checked;
    this.#socket = new WebSocket(url, protocols);
    this.#socket.onopen = (event) => {
      if (this.onopen) checked.viewer().connected();
      this.onopen?.(event);
    };
    this.#socket.onmessage = (event) => {
      if (this.onmessage) this.#tell(JSON.parse(event.data));
      this.onmessage?.(event);
    };
    this.#socket.onerror = (event) => this.onerror?.(event);
    this.#socket.onclose = (event) => this.onclose?.(event);
  }

  #tell(frame: ServerFrame): void {
    this.#checked.viewer().received(frame);
    this.#checked.received?.(frame);
  }

  get readyState(): number {
    return this.#socket.readyState;
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  send(text: string): void {
    this.#checked.viewer().sent(JSON.parse(text));
    this.#socket.send(text);
  }

  close(code?: number, reason?: string): void {
    this.#socket.close(code, reason);
  }
}
