/** A TCP proxy that can be cut, since a browser's offline mode leaves open sockets alone. */
export class TcpProxy {
  /** The port to which connections that are opened from now on go. */
  target: number;
  readonly #listener: Deno.TcpListener;
  readonly #open = new Set<Deno.TcpConn>();
  #cut = false;
  #flowing: PromiseWithResolvers<void> | undefined;
  /** Makes what changes the answers of connections that are opened from now on. */
  filter: (() => TransformStream<Uint8Array, Uint8Array>) | undefined;

  /** Listens on a free port and passes everything on to `target`. */
  constructor(target: number) {
    this.target = target;
    this.#listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    void this.#accept();
  }

  /** Address of what is behind the proxy, without a slash at the end. */
  get url(): string {
    return `http://localhost:${this.#listener.addr.port}`;
  }

  /** Breaks all connections, and refuses new ones until `mend`. */
  cut(): void {
    this.#cut = true;
    for (const connection of this.#open) close(connection);
    this.#open.clear();
  }

  /** Passes nothing on, but keeps connections open: half-open, for both ends. */
  stall(): void {
    this.#flowing ??= Promise.withResolvers();
  }

  /** Lets everything through again. */
  mend(): void {
    this.#cut = false;
    this.#flowing?.resolve();
    this.#flowing = undefined;
  }

  [Symbol.dispose](): void {
    this.cut();
    this.mend();
    this.#listener.close();
  }

  async #accept(): Promise<void> {
    for await (const near of this.#listener) {
      if (this.#cut) close(near);
      else void this.#join(near);
    }
  }

  #gate(): TransformStream<Uint8Array, Uint8Array> {
    return new TransformStream({
      transform: async (chunk, controller) => {
        await this.#flowing?.promise;
        controller.enqueue(chunk);
      },
    });
  }

  async #join(near: Deno.TcpConn): Promise<void> {
    this.#open.add(near);
    try {
      const far = await Deno.connect({
        port: this.target,
        hostname: "127.0.0.1",
      });
      this.#open.add(far);
      if (this.#cut) return this.cut();
      await Promise.allSettled([
        near.readable.pipeThrough(this.#gate()).pipeTo(far.writable),
        far.readable.pipeThrough(this.#gate())
          .pipeThrough(this.filter?.() ?? new TransformStream())
          .pipeTo(near.writable),
      ]);
    } catch {
      close(near);
    }
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It ended by itself.
  }
}
