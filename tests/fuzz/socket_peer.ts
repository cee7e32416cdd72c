/** A WebSocket client that sends any bytes and understands the server's frames. */
import type { ServerFrame } from "../../lib/protocol.ts";
import { answerIn, requestBytes } from "./http.ts";
import { Peer } from "./peer.ts";
import { wireFrame } from "./wire.ts";

/** One socket, open from the start. */
export class SocketPeer {
  readonly #peer: Peer;
  /** Told each frame of the server. */
  onFrame: (frame: ServerFrame) => void = () => {};
  #closeCode: number | null = null;

  private constructor(peer: Peer) {
    this.#peer = peer;
  }

  /** Opens a socket of a session, or gives the status of the refusal; 0 for none. */
  static async open(
    port: number,
    token: string,
    headers: readonly (readonly [string, string])[] = [],
  ): Promise<SocketPeer | number> {
    const peer = await Peer.connect(port);
    await peer.write(handshake(port, token, headers));
    let head: Uint8Array | null = null;
    while (!(head = peer.take(headLength))) {
      if (peer.isOver || !await peer.more()) break;
    }
    const status = answerIn(head ?? new Uint8Array())?.status ?? 0;
    if (status === 101) return new SocketPeer(peer);
    await peer.close();
    return status;
  }

  /** Whether the server ended it. */
  get isOver(): boolean {
    return this.#closeCode !== null || this.#peer.isOver;
  }

  /** Sends any bytes. */
  write(bytes: Uint8Array): Promise<boolean> {
    return this.#peer.write(bytes);
  }

  /** Sends a frame as it should be. */
  send(frame: unknown): Promise<boolean> {
    return this.write(wireFrame(JSON.stringify(frame)));
  }

  /** Reads frames until one fits; false when the socket ends before, null when nothing comes. */
  async until(fits: (frame: ServerFrame) => boolean): Promise<boolean | null> {
    for (;;) {
      const frame = this.#next();
      if (frame) {
        this.onFrame(frame);
        if (fits(frame)) return true;
      } else if (this.isOver) return false;
      else if (!await this.#peer.more()) return null;
    }
  }

  /** Waits until all that was sent is handled, or the socket ended; null when neither. */
  async settled(ref: string): Promise<boolean | null> {
    await this.send({ type: "ping", ref });
    return await this.until((frame) =>
      frame.type === "pong" && frame.ref === ref
    );
  }

  /** Hangs up without a word. */
  async close(): Promise<void> {
    await this.#peer.close();
  }

  /** The next text frame that is there in full. */
  #next(): ServerFrame | null {
    for (let bytes; (bytes = this.#peer.take(frameLength));) {
      const payload = bytes.subarray(headerLength(bytes));
      const opcode = bytes[0]! & 0x0f;
      if (opcode === 8) {
        this.#closeCode = payload.length < 2
          ? 1005
          : payload[0]! << 8 | payload[1]!;
      }
      if (opcode === 1) return JSON.parse(new TextDecoder().decode(payload));
    }
    return null;
  }
}

function handshake(
  port: number,
  token: string,
  headers: readonly (readonly [string, string])[],
): Uint8Array {
  return requestBytes({
    method: "GET",
    target: "/api/ws",
    headers: [
      ["host", `localhost:${port}`],
      ["connection", "Upgrade"],
      ["upgrade", "websocket"],
      ["sec-websocket-version", "13"],
      ["sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="],
      ["authorization", `Bearer ${token}`],
      ...headers,
    ],
  });
}

function headLength(got: Uint8Array): number | null {
  const text = new TextDecoder("latin1").decode(got.subarray(0, 8_192));
  const end = text.indexOf("\r\n\r\n");
  return end < 0 ? null : end + 4;
}

/** The server's frames are not masked. */
function headerLength(bytes: Uint8Array): number {
  const length = bytes[1]! & 0x7f;
  return length === 126 ? 4 : length === 127 ? 10 : 2;
}

function frameLength(got: Uint8Array): number | null {
  if (got.length < 2 || got.length < headerLength(got)) return null;
  const view = new DataView(got.buffer, got.byteOffset, got.length);
  const short = got[1]! & 0x7f;
  const length = short === 126
    ? view.getUint16(2)
    : short === 127
    ? Number(view.getBigUint64(2))
    : short;
  const whole = headerLength(got) + length;
  return got.length < whole ? null : whole;
}
