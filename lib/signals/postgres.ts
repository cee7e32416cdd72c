/**
 * Signals over PostgreSQL's LISTEN and NOTIFY, outside of transactions: inside,
 * NOTIFY makes all commits wait for each other (L6). One connection hears,
 * another tells: what comes back to the first one really arrives, which
 * through poolers it does not.
 */
import type { Client } from "../db/pg.d.ts";
import type { PostgresSettings } from "../db/postgres_settings.ts";
import { lacksSsl, newClient } from "../db/postgres.ts";
import type { EngineEvents, Outgoing, SignalEngine } from "./signals.ts";

/** Milliseconds. */
const TIMES = {
  /** Between two attempts to connect. */
  retry: 500,
  /** Between two proofs that what is told is heard. */
  probe: 3_000,
  /** In which a query or such a proof must have come. */
  timeout: 2_000,
  /** In which the server should have said goodbye. */
  end: 500,
};

/** ASCII characters in one notification: below PostgreSQL's 8,000 bytes. */
const LONGEST = 7_900;

/** Notifications in one statement. */
const AT_ONCE = 500;

/** Texts of which not all parts came are forgotten beyond so many. */
const MOST_PARTIAL = 100;

const NOTIFY =
  // No sync to disk for what may be lost; only in this transaction.
  "select set_config('synchronous_commit', 'off', true), pg_notify($1, text) " +
  "from unnest($2::text[]) as text";

/** Where the database is. */
export interface PostgresSignalsOptions {
  /** How to connect. */
  settings: PostgresSettings;
  /** What all machines of the place listen to. */
  channel: string;
}

/** Connects, proves that it hears, and comes back by itself. */
export class PostgresSignals implements SignalEngine {
  /** What it is called in the log. */
  readonly name = "postgres";
  readonly #channel: string;
  readonly #parts = new Parts();
  #settings: PostgresSettings;
  #events: EngineEvents | undefined;
  #clients: Client[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #probe: { text: string; heard: () => void } | undefined;
  #hasFailed = false;
  #isClosed = false;

  /** Nothing is opened yet. */
  constructor({ settings, channel }: PostgresSignalsOptions) {
    this.#settings = settings;
    this.#channel = channel;
  }

  /** Begins to connect. */
  start(events: EngineEvents): void {
    this.#events = events;
    void this.#connect();
  }

  /** Notifies of each text; without a connection they are lost. */
  async send(texts: readonly Outgoing[]): Promise<void> {
    const payloads = texts.flatMap(({ text }) => split(text));
    const [, teller] = this.#clients;
    if (!teller) return;
    try {
      for (let i = 0; i < payloads.length; i += AT_ONCE) {
        await this.#notify(teller, payloads.slice(i, i + AT_ONCE));
      }
    } catch (error) {
      this.#lose(error);
    }
  }

  /** Nothing: every machine hears all, on one channel. */
  listen(): Promise<void> {
    return Promise.resolve();
  }

  /** Nothing either. */
  ignore(): void {}

  /** Ends both connections. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#drop();
  }

  async #connect(): Promise<void> {
    try {
      const options = { query_timeout: TIMES.timeout };
      const clients = [1, 2].map(() => newClient(this.#settings, options));
      this.#clients = clients;
      const [listener] = clients as [Client, Client];
      listener.on("notification", ({ payload }) => this.#hear(payload ?? ""));
      for (const client of clients) {
        client.on("error", (error) => this.#lose(error, clients));
        client.on("end", () => this.#lose(new Error("closed"), clients));
      }
      await Promise.all(clients.map((client) => client.connect()));
      await listener.query(`listen ${this.#channel}`);
      await this.#prove(clients);
    } catch (error) {
      if (lacksSsl(this.#settings, error)) {
        this.#settings = { ...this.#settings, ssl: "disable" };
        await this.#drop();
        return await this.#connect();
      }
      this.#lose(error);
    }
  }

  /** Tells itself something now and then: what it hears, it hears from others too. */
  async #prove(clients: Client[]): Promise<void> {
    if (this.#isClosed || clients !== this.#clients) return;
    const text = `probe ${crypto.randomUUID()}`;
    const heard = Promise.withResolvers<boolean>();
    this.#probe = { text, heard: () => heard.resolve(true) };
    const timer = setTimeout(() => heard.resolve(false), TIMES.timeout);
    try {
      await this.#notify(clients[1]!, [text]);
      const isHeard = await heard.promise;
      if (clients !== this.#clients) return;
      if (!isHeard) {
        this.#tellProblem("what is told is not heard, as through a pooler");
      }
      this.#setHealth(isHeard);
      this.#timer = setTimeout(() => void this.#prove(clients), TIMES.probe);
    } catch (error) {
      this.#lose(error, clients);
    } finally {
      clearTimeout(timer);
    }
  }

  async #notify(teller: Client, payloads: string[]): Promise<void> {
    await teller.query(NOTIFY, [this.#channel, payloads]);
  }

  #hear(payload: string): void {
    if (payload === this.#probe?.text) return this.#probe.heard();
    // Another machine's.
    if (payload.startsWith("probe ")) return;
    const text = this.#parts.add(payload);
    if (text !== null) this.#events!.onText(text);
  }

  #lose(error: unknown, clients = this.#clients): void {
    if (this.#isClosed || clients !== this.#clients) return;
    const text = error instanceof Error ? error.message : String(error);
    this.#tellProblem(text);
    this.#setHealth(false);
    void this.#drop();
    clearTimeout(this.#timer);
    const delay = TIMES.retry * (0.5 + Math.random());
    this.#timer = setTimeout(() => void this.#connect(), delay);
  }

  /** Once until all is well again. */
  #tellProblem(text: string): void {
    if (!this.#hasFailed) this.#events!.onProblem(`PostgreSQL: ${text}`);
    this.#hasFailed = true;
  }

  #setHealth(isHealthy: boolean): void {
    if (isHealthy) this.#hasFailed = false;
    this.#events!.onHealth(isHealthy);
  }

  async #drop(): Promise<void> {
    const clients = this.#clients;
    this.#clients = [];
    for (const client of clients) client.on("error", () => {});
    await Promise.all(clients.map(end));
  }
}

/** Without waiting for a server that is gone, or does not answer. */
async function end(client: Client): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, TIMES.end);
  await Promise.race([client.end().catch(() => {}), late.promise]);
  clearTimeout(timer);
  const { connection } = client as unknown as {
    connection: { stream: { destroy(): void } };
  };
  connection.stream.destroy();
}

/** Cuts what is too long into parts. */
function split(text: string): string[] {
  if (text.length <= LONGEST) return [text];
  const id = crypto.randomUUID();
  const size = LONGEST - 100;
  const count = Math.ceil(text.length / size);
  return Array.from({ length: count }, (_, i) => {
    const part = text.slice(i * size, (i + 1) * size);
    return `part ${id} ${i} ${count} ${part}`;
  });
}

/** Puts parts together again. */
class Parts {
  readonly #texts = new Map<string, string[]>();

  /** Adds a payload; gives a text when it is whole. */
  add(payload: string): string | null {
    const match = /^part (\S+) (\d+) (\d+) /.exec(payload);
    if (!match) return payload;
    const [prefix, id, i, count] = match as unknown as [
      ...[string, string, string, string],
    ];
    const parts = this.#texts.get(id) ?? [];
    this.#texts.set(id, parts);
    // In the order in which they were told: PostgreSQL keeps it.
    if (parts.length === Number(i)) parts.push(payload.slice(prefix.length));
    if (this.#texts.size > MOST_PARTIAL) {
      this.#texts.delete(this.#texts.keys().next().value!);
    }
    if (parts.length < Number(count)) return null;
    this.#texts.delete(id);
    return parts.join("");
  }
}
