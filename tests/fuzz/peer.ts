/** A TCP connection that sends whatever bytes it is given. */
import { join } from "./strange.ts";

/** Milliseconds after which a server that says nothing is taken to hang. */
const PATIENCE = 20_000;

/** A connection to the server, which is read from all the time. */
export class Peer {
  readonly #connection: Deno.TcpConn;
  readonly #ended: Promise<void>;
  #got = new Uint8Array();
  #onMore: (() => void) | undefined;
  #isOver = false;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    this.#ended = this.#read();
  }

  /** Connects to this machine. */
  static async connect(port: number): Promise<Peer> {
    return new Peer(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Whether the server will send nothing more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Sends bytes; false when the server doesn't take them any more. */
  async write(bytes: Uint8Array): Promise<boolean> {
    try {
      for (let done = 0; done < bytes.length;) {
        done += await this.#connection.write(bytes.subarray(done));
      }
      return true;
    } catch {
      return false;
    }
  }

  /** Sends nothing more, but goes on reading. */
  async finish(): Promise<void> {
    await this.#connection.closeWrite().catch(() => {});
  }

  /** Takes bytes off the front of what came, where `length` finds enough of them. */
  take(
    length: (got: Uint8Array) => number | null,
  ): Uint8Array<ArrayBuffer> | null {
    const size = length(this.#got);
    if (size === null) return null;
    const taken = this.#got.slice(0, size);
    this.#got = this.#got.slice(size);
    return taken;
  }

  /** Resolves when something came, or nothing more comes; false when neither, for long. */
  async more(): Promise<boolean> {
    if (this.#isOver) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#onMore = () => resolve(true);
    const timer = setTimeout(() => resolve(false), PATIENCE);
    return await promise.finally(() => clearTimeout(timer));
  }

  /** All that came, once the server has ended the connection; null when it doesn't. */
  async all(): Promise<Uint8Array<ArrayBuffer> | null> {
    while (!this.#isOver) {
      if (!await this.more()) return null;
    }
    return this.take(({ length }) => length);
  }

  /** Hangs up. */
  async close(): Promise<void> {
    try {
      this.#connection.close();
    } catch {
      // It is closed.
    }
    await this.#ended;
  }

  async #read(): Promise<void> {
    const piece = new Uint8Array(64 * 1024);
    try {
      for (let size; (size = await this.#connection.read(piece)) !== null;) {
        this.#got = join(this.#got, piece.subarray(0, size));
        this.#onMore?.();
      }
    } catch {
      // It broke off.
    }
    this.#isOver = true;
    this.#onMore?.();
  }
}
