/** Signals over a NATS server or cluster: one subject a room, so that machines hear only of theirs. */
import type { NatsConnection, Subscription } from "@nats-io/transport-node";
import { metrics } from "../metrics.ts";
import type { EngineEvents, Outgoing, SignalEngine } from "./signals.ts";

/** Milliseconds. */
const TIMES = {
  /** Between two attempts to connect. */
  retry: 500,
  /** Between two pings: two without an answer end the connection. */
  ping: 2_000,
  /** For which one waits until a subscription is known to hold. */
  listen: 250,
};

/** Where the server is. */
export interface NatsOptions {
  /** Addresses like `nats://user:password@host:4222`, separated by commas. */
  url: string;
  /** What all subjects begin with: the database's epoch keeps places apart. */
  prefix: string;
}

/** Connects, and comes back by itself. */
export class NatsSignals implements SignalEngine {
  /** What it is called in the log. */
  readonly name = "nats";
  readonly #options: NatsOptions;
  /** Subjects listened to, with what ends that where it is connected. */
  readonly #subjects = new Map<string, Subscription | null>();
  #events: EngineEvents | undefined;
  #connection: NatsConnection | undefined;
  #isUp = false;
  #hasFailed = false;
  #isClosed = false;
  #retry: ReturnType<typeof setTimeout> | undefined;

  /** Nothing is opened yet. */
  constructor(options: NatsOptions) {
    this.#options = options;
  }

  /** Begins to connect. */
  start(events: EngineEvents): void {
    this.#events = events;
    void this.#connect();
  }

  /** Publishes each text; without a connection they are lost. */
  send(texts: readonly Outgoing[]): Promise<void> {
    if (this.#isUp) {
      for (const { subject, text } of texts) this.#publish(subject, text);
    }
    return Promise.resolve();
  }

  /** Subscribes; resolves when the server knows. */
  async listen(subject: string): Promise<void> {
    this.#subjects.set(subject, this.#subscribe(subject));
    const connection = this.#connection;
    if (!this.#isUp || !connection) return;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, TIMES.listen);
    await Promise.race([connection.flush().catch(() => {}), late.promise]);
    clearTimeout(timer);
  }

  /** Unsubscribes. */
  ignore(subject: string): void {
    this.#subjects.get(subject)?.unsubscribe();
    this.#subjects.delete(subject);
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    const connection = this.#connection;
    if (this.#isUp) await connection?.flush().catch(() => {});
    await connection?.close().catch(() => {});
  }

  async #connect(): Promise<void> {
    let connection: NatsConnection | undefined;
    try {
      // Here, so that it is loaded only where it is needed.
      const { connect } = await import("@nats-io/transport-node");
      connection = await connect({
        ...serversOf(this.#options.url),
        name: "atoll",
        noEcho: true,
        maxReconnectAttempts: -1,
        reconnectTimeWait: TIMES.retry,
        timeout: 2_000,
        pingInterval: TIMES.ping,
        maxPingOut: 2,
        ignoreClusterUpdates: false,
      });
      if (this.#isClosed) return await connection.close();
      this.#connection = connection;
      for (const subject of this.#subjects.keys()) {
        this.#subjects.set(subject, this.#subscribe(subject));
      }
      await connection.flush();
      this.#setUp(true);
      void this.#watch(connection);
    } catch (error) {
      // It would go on to connect by itself, beside the next one.
      this.#connection = undefined;
      await connection?.close().catch(() => {});
      this.#again(error);
    }
  }

  /** The library connects again by itself and subscribes anew. */
  async #watch(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === "disconnect") this.#setUp(false);
      if (type === "reconnect") this.#setUp(true);
    }
    // It gave up, which it does when it is refused twice.
    const error = await connection.closed();
    this.#connection = undefined;
    this.#again(error ?? new Error("closed"));
  }

  #again(error: unknown): void {
    if (this.#isClosed) return;
    this.#setUp(false);
    const text = error instanceof Error ? error.message : String(error);
    if (!this.#hasFailed) this.#events!.onProblem(`NATS: ${text}`);
    this.#hasFailed = true;
    this.#retry = setTimeout(() => void this.#connect(), TIMES.retry);
  }

  #setUp(isUp: boolean): void {
    this.#isUp = isUp;
    if (isUp) this.#hasFailed = false;
    this.#events!.onHealth(isUp);
  }

  #subscribe(subject: string): Subscription | null {
    if (!this.#connection || this.#connection.isClosed()) return null;
    return this.#connection.subscribe(this.#full(subject), {
      callback: (error, message) => {
        if (!error) this.#events!.onText(message.string());
      },
    });
  }

  /** The library throws at what is too long for the server, and once it gave up. */
  #publish(subject: string, text: string): void {
    try {
      this.#connection!.publish(this.#full(subject), text);
    } catch {
      metrics.signals.add("lost");
    }
  }

  #full(subject: string): string {
    return `${this.#options.prefix}.${subject}`;
  }
}

/** Servers, and who one is there: the library takes no credentials in addresses. */
function serversOf(text: string) {
  const urls = text.split(",").map((part) => new URL(part.trim()));
  const { username, password } = urls[0]!;
  const user = decodeURIComponent(username);
  return {
    servers: urls.map(({ host }) => host),
    ...urls[0]!.protocol === "tls:" && { tls: {} },
    ...(user && !password && { token: user }),
    ...(password && { user, pass: decodeURIComponent(password) }),
  };
}
