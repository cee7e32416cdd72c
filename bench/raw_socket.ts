/**
 * A WebSocket for load: it counts marks in frames and reads nothing else of
 * them, so that thousands in one process cost less than the server under test.
 */

/** Each message's text starts with `¤` and its index in eight digits. */
export const MARK = "¤";
/** Its last byte in UTF-8, which no other text of a benchmark contains. */
const MARK_BYTE = 0xa4;
const INDEX_DIGITS = 8;
/** Enough of each frame for its type, a refusal's code, a number of people. */
const HEAD_SIZE = 88;
/** Frames may be longer than one read; nothing of them is kept. */
const READ_SIZE = 16 * 1024;

const OPCODE = { text: 1, close: 8, ping: 9, pong: 10 } as const;
/** Longest header of a server's frame. */
const HEADER_SIZE = 10;

/** What a socket tells; `frame` gets the first bytes of each text frame. */
export interface Listener {
  marked(index: number, socket: RawSocket): void;
  frame(head: Uint8Array, socket: RawSocket): void;
}

/** Where to knock, and with which further header lines. */
export interface Handshake {
  port: number;
  path: string;
  headers?: Record<string, string>;
}

/** One connection of the load. */
export class RawSocket {
  /** Code and reason of the server's close, or 1006 for a bare end. */
  closed: { code: number; reason: string; at: number } | undefined;
  /** Bytes read so far. */
  bytes = 0;
  /** What whoever opened it wants to remember. */
  readonly number: number;
  readonly #tcp: Deno.TcpConn;
  readonly #listener: Listener;
  #out: Uint8Array<ArrayBuffer>[] = [];
  #writing = false;
  #stuck = false;
  // The frame being read: header bytes, payload's length still to come.
  readonly #header = new Uint8Array(HEADER_SIZE);
  #headerLength = 0;
  #left = 0;
  #opcode = 0;
  readonly #head = new Uint8Array(HEAD_SIZE);
  #headLength = 0;
  #isPage = false;
  // The index being read.
  #digits = 0;
  #index = 0;

  private constructor(tcp: Deno.TcpConn, listener: Listener, number: number) {
    this.#tcp = tcp;
    this.#listener = listener;
    this.number = number;
  }

  /** Opens one; rejects with the status line of a refused handshake. */
  static async open(
    handshake: Handshake,
    listener: Listener,
    number: number,
  ): Promise<RawSocket> {
    const { port, path, headers = {} } = handshake;
    const tcp = await Deno.connect({ hostname: "127.0.0.1", port });
    tcp.setNoDelay(true);
    const socket = new RawSocket(tcp, listener, number);
    const lines = Object.entries({
      host: `127.0.0.1:${port}`,
      upgrade: "websocket",
      connection: "Upgrade",
      "sec-websocket-key": btoa(crypto.randomUUID().slice(0, 16)),
      "sec-websocket-version": "13",
      ...headers,
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    await writeAll(
      tcp,
      new TextEncoder().encode(`GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`),
    );
    void socket.#read(await readHandshake(tcp));
    return socket;
  }

  /** Sends a text frame, masked with zeros: the server unmasks all the same. */
  send(text: string): void {
    this.#write(frameOf(OPCODE.text, new TextEncoder().encode(text)));
  }

  /** Never reads again; the connection stays open. */
  stopReading(): void {
    this.#stuck = true;
  }

  /** Ends the connection without a word. */
  end(): void {
    try {
      this.#tcp.close();
    } catch (error) {
      // The server closed it first.
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  #write(frame: Uint8Array<ArrayBuffer>): void {
    this.#out.push(frame);
    if (!this.#writing) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#writing = true;
    try {
      for (let frames; (frames = this.#out.splice(0)).length > 0;) {
        for (const frame of frames) await writeAll(this.#tcp, frame);
      }
    } catch {
      this.#ended(1006, "");
    }
    this.#writing = false;
  }

  async #read(first: Uint8Array): Promise<void> {
    this.#take(first);
    const buffer = new Uint8Array(READ_SIZE);
    try {
      while (!this.#stuck) {
        const length = await this.#tcp.read(buffer);
        if (length === null) break;
        this.bytes += length;
        this.#take(buffer.subarray(0, length));
      }
    } catch {
      // Reset by the server, or ended here.
    }
    if (!this.#stuck) this.#ended(1006, "");
  }

  #ended(code: number, reason: string): void {
    this.closed ??= { code, reason, at: performance.now() };
  }

  #take(chunk: Uint8Array): void {
    let mark = -1;
    for (let at = 0; at < chunk.length;) {
      if (this.#left === 0) {
        at = this.#takeHeader(chunk, at);
        if (this.#left > 0 || this.#headerLength > 0) continue;
      }
      const end = Math.min(chunk.length, at + this.#left);
      if (this.#headLength < HEAD_SIZE) this.#takeHead(chunk, at, end);
      if (!this.#isPage && this.#opcode === OPCODE.text) {
        mark = this.#takeMarks(chunk, at, end, mark);
      }
      this.#left -= end - at;
      at = end;
      if (this.#left === 0) this.#endFrame();
    }
  }

  /** Goes on with the header, and gives the place behind what it took. */
  #takeHeader(chunk: Uint8Array, at: number): number {
    const header = this.#header;
    while (at < chunk.length) {
      header[this.#headerLength++] = chunk[at++]!;
      if (this.#headerLength < 2) continue;
      const short = header[1]! & 0x7f;
      const size = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (this.#headerLength < size) continue;
      const view = new DataView(header.buffer);
      this.#left = size === 2
        ? short
        : size === 4
        ? view.getUint16(2)
        : Number(view.getBigUint64(2));
      this.#opcode = header[0]! & 0x0f;
      this.#headerLength = 0;
      this.#headLength = 0;
      this.#isPage = false;
      break;
    }
    return at;
  }

  #takeHead(chunk: Uint8Array, at: number, end: number): void {
    const part = chunk.subarray(
      at,
      Math.min(end, at + HEAD_SIZE - this.#headLength),
    );
    this.#head.set(part, this.#headLength);
    this.#headLength += part.length;
    // Messages of a first page are no deliveries.
    this.#isPage = isType(this.#head.subarray(0, this.#headLength), "mes");
  }

  /** Reads the indices between two places; gives where the next mark is. */
  #takeMarks(
    chunk: Uint8Array,
    from: number,
    end: number,
    mark: number,
  ): number {
    let at = from;
    while (at < end) {
      if (this.#digits > 0) {
        this.#index = this.#index * 10 + chunk[at++]! - 48;
        if (--this.#digits === 0) this.#listener.marked(this.#index, this);
        continue;
      }
      // Searched once for all frames of a chunk.
      if (mark < at) mark = indexOrEnd(chunk, at);
      if (mark >= end) return mark;
      at = mark + 1;
      this.#digits = INDEX_DIGITS;
      this.#index = 0;
    }
    return mark;
  }

  #endFrame(): void {
    const head = this.#head.subarray(0, this.#headLength);
    if (this.#opcode === OPCODE.text) this.#listener.frame(head, this);
    else if (this.#opcode === OPCODE.ping) {
      this.#write(frameOf(OPCODE.pong, head));
    } else if (this.#opcode === OPCODE.close) {
      const code = head.length < 2 ? 1005 : head[0]! << 8 | head[1]!;
      this.#ended(code, new TextDecoder().decode(head.subarray(2)));
      this.#write(frameOf(OPCODE.close, head.subarray(0, 2)));
    }
  }
}

/** Whether a frame of Atoll is of the type that starts with these letters. */
export function isType(head: Uint8Array, start: string): boolean {
  const at = '{"type":"'.length;
  for (let i = 0; i < start.length; i++) {
    if (head[at + i] !== start.charCodeAt(i)) return false;
  }
  return true;
}

/** A message's text that can be told apart: its mark, then filler up to `length`. */
export function markedText(index: number, length = 0): string {
  const text = MARK + String(index).padStart(INDEX_DIGITS, "0");
  return text.padEnd(length, " lorem ipsum");
}

function indexOrEnd(chunk: Uint8Array, from: number): number {
  const found = chunk.indexOf(MARK_BYTE, from);
  return found < 0 ? chunk.length : found;
}

function frameOf(opcode: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = payload;
  const extended = length < 126 ? 0 : 2;
  const frame = new Uint8Array(2 + extended + 4 + length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (extended ? 126 : length);
  if (extended) new DataView(frame.buffer).setUint16(2, length);
  frame.set(payload, 2 + extended + 4);
  return frame;
}

async function writeAll(tcp: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await tcp.write(bytes.subarray(at));
  }
}

/** Reads the answer to the handshake; gives what came behind it. */
async function readHandshake(tcp: Deno.TcpConn): Promise<Uint8Array> {
  const buffer = new Uint8Array(READ_SIZE);
  let length = 0;
  for (;;) {
    const read = await tcp.read(buffer.subarray(length));
    if (read === null) throw new Error("The server closed during a handshake");
    length += read;
    const text = new TextDecoder("latin1").decode(buffer.subarray(0, length));
    const end = text.indexOf("\r\n\r\n");
    if (end < 0) continue;
    if (text.startsWith("HTTP/1.1 101")) return buffer.slice(end + 4, length);
    tcp.close();
    throw new Error(`Handshake refused: ${text.slice(0, text.indexOf("\r"))}`);
  }
}
