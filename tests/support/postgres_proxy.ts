/** Stands between a program and PostgreSQL, and loses what it is told to lose. */
import type { PostgresSettings } from "../../lib/db/postgres_settings.ts";

/** What happens to the next commit: its answer is lost, or it never arrives. */
export type Loss = "answer" | "commit";

const COMMIT = "commit\0";

/** Passes bytes on, both ways. */
export class PostgresProxy implements Disposable {
  /** The next commit is cut off like this, once. */
  next: Loss | undefined;
  readonly #listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  readonly #target: PostgresSettings;

  /** Before this database. */
  constructor(target: PostgresSettings) {
    this.#target = target;
    void this.#accept();
  }

  /** How to reach the database through it. */
  get settings(): PostgresSettings {
    const { port } = this.#listener.addr as Deno.NetAddr;
    return { ...this.#target, port, ssl: "disable" };
  }

  /** Takes no more connections. */
  [Symbol.dispose](): void {
    this.#listener.close();
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      const { host, port } = this.#target;
      const server = await Deno.connect({ hostname: host, port });
      void this.#pass(client, server);
      void this.#return(server, client);
    }
  }

  async #pass(client: Deno.Conn, server: Deno.Conn): Promise<void> {
    const decoder = new TextDecoder("latin1");
    try {
      for await (const bytes of client.readable) {
        const loss = this.next;
        const isLost = loss && decoder.decode(bytes).endsWith(COMMIT);
        if (isLost) this.next = undefined;
        if (isLost) silent.add(client);
        if (!isLost || loss === "answer") await write(server, bytes);
        if (isLost && loss === "commit") return end(client, server);
      }
      end(server);
    } catch {
      end(client, server);
    }
  }

  async #return(server: Deno.Conn, client: Deno.Conn): Promise<void> {
    try {
      for await (const bytes of server.readable) {
        // The commit was answered: it is stored.
        if (silent.has(client)) return end(client, server);
        await write(client, bytes);
      }
    } catch {
      // One of them was cut.
    }
    end(client, server);
  }
}

const silent = new WeakSet<Deno.Conn>();

async function write(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) {
    sent += await to.write(bytes.subarray(sent));
  }
}

function end(...connections: Deno.Conn[]): void {
  for (const connection of connections) {
    try {
      connection.close();
    } catch {
      // It was closed already.
    }
  }
}
