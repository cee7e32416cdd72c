/** TCP without an HTTP client: what nobody who means well would send. */

/** One connection. */
export class RawConnection {
  readonly #tcp: Deno.TcpConn;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = "";

  private constructor(tcp: Deno.TcpConn) {
    this.#tcp = tcp;
    this.#reader = tcp.readable.getReader();
  }

  /** Connects to the server at an address such as `http://localhost:80`. */
  static async open(url: string): Promise<RawConnection> {
    const port = Number(new URL(url).port);
    return new RawConnection(
      await Deno.connect({ hostname: "127.0.0.1", port }),
    );
  }

  /** Writes as much as is taken; false when the other end is gone. */
  async write(data: string | Uint8Array): Promise<boolean> {
    let bytes = typeof data === "string" ? latin1(data) : data;
    try {
      while (bytes.length > 0) {
        bytes = bytes.subarray(await this.#tcp.write(bytes));
      }
      return true;
    } catch {
      return false;
    }
  }

  /** Reads until what came so far matches; null when the end comes first. */
  async match(pattern: RegExp): Promise<RegExpMatchArray | null> {
    for (;;) {
      const found = this.#text.match(pattern);
      if (found) {
        this.#text = this.#text.slice(found.index! + found[0].length);
        return found;
      }
      if (!await this.#more()) return null;
    }
  }

  /** The status of the next answer, or null when the end comes first. */
  async status(): Promise<number | null> {
    const found = await this.match(/HTTP\/1\.1 (\d+)[^\r]*\r\n/);
    return found && Number(found[1]);
  }

  /** Reads to the end and gives all that was not matched. */
  async rest(): Promise<string> {
    while (await this.#more());
    return this.#text;
  }

  /** Closes this end. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel().catch(() => {});
    try {
      this.#tcp.close();
    } catch {
      // It was closed already.
    }
  }

  async #more(): Promise<boolean> {
    try {
      const { done, value } = await this.#reader.read();
      if (done) return false;
      this.#text += String.fromCharCode(...value);
      return true;
    } catch {
      return false;
    }
  }
}

/** A request's head. */
export function head(
  line: string,
  headers: Record<string, string> = {},
): string {
  const all = { host: "localhost", ...headers };
  const lines = Object.entries(all).map((pair) => `${pair.join(": ")}\r\n`);
  return `${line} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** The head of a handshake. */
export function handshake(headers: Record<string, string> = {}): string {
  return head("GET /api/ws", {
    ...{ upgrade: "websocket", connection: "Upgrade" },
    "sec-websocket-key": btoa("0123456789abcdef"),
    "sec-websocket-version": "13",
    ...headers,
  });
}

/** A frame of a client, masked with zeros. */
export function frame(
  opcode: number,
  payload: string | Uint8Array,
  { fin = true, masked = true } = {},
): Uint8Array {
  const bytes = typeof payload === "string"
    ? new TextEncoder().encode(payload)
    : payload;
  const long = bytes.length > 125;
  const frame = new Uint8Array(
    2 + (long ? 2 : 0) + (masked ? 4 : 0) + bytes.length,
  );
  frame[0] = (fin ? 0x80 : 0) | opcode;
  frame[1] = (masked ? 0x80 : 0) | (long ? 126 : bytes.length);
  if (long) new DataView(frame.buffer).setUint16(2, bytes.length);
  frame.set(bytes, frame.length - bytes.length);
  return frame;
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
