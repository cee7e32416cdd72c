/** Whether those who are connected may still be (D5). */
import type { Connection } from "./connection.ts";
import { CLOSE, type Person } from "./protocol.ts";
import type { Sessions } from "./sessions.ts";

/** Milliseconds. */
const TIMES = {
  /** Between two looks for sessions that ran out. */
  interval: 60_000,
  /** After which a connection's session is looked up, and kept alive, again. */
  check: 30 * 60_000,
  /** Before someone's sessions are looked up again where that failed. */
  retry: 500,
} as const;

/** What standing is checked with. */
export interface StandingOptions {
  sessions: Sessions;
  /** The connections of one person. */
  connectionsOf: (person: string) => Iterable<Connection>;
  /** Someone's connection was ended, since they may not be here any more. */
  onEnded: (person: string) => void;
  onError: (error: unknown) => void;
}

/** Looks at the sessions of all connections, when something changed and now and then. */
export class Standing {
  readonly #options: StandingOptions;
  /** With the time when each one's session was looked up last. */
  readonly #connections = new Map<Connection, number>();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #retries = new Map<string, ReturnType<typeof setTimeout>>();
  #isChecking = false;
  #isClosed = false;

  /** Begins to look. */
  constructor(options: StandingOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#checkAll(), TIMES.interval);
  }

  /** All open connections. */
  get connections(): ReadonlyMap<Connection, number> {
    return this.#connections;
  }

  /** A connection is open; its session may have ended since its handshake began. */
  add(connection: Connection): void {
    this.#connections.set(connection, Date.now());
    void this.#check(connection.session.person.id, [connection]);
  }

  /** A connection ended. */
  delete(connection: Connection): void {
    this.#connections.delete(connection);
  }

  /** Looks at someone's sessions now, and ends the connections of those that ended. */
  check(person: string): Promise<void> {
    return this.#check(person, [...this.#options.connectionsOf(person)]);
  }

  async #check(person: string, connections: Connection[]): Promise<void> {
    try {
      await Promise.all(connections.map((one) => this.#checkOne(one)));
    } catch (error) {
      // All connections are about to be closed.
      if (this.#isClosed) return;
      this.#options.onError(error);
      // Nobody stays because the database was away at the wrong moment.
      this.#retries.set(
        person,
        this.#retries.get(person) ?? setTimeout(() => {
          this.#retries.delete(person);
          void this.check(person);
        }, TIMES.retry),
      );
    }
  }

  /** Someone has another name or picture. */
  named(person: Person): void {
    for (const { session } of this.#options.connectionsOf(person.id)) {
      session.person = person;
    }
  }

  /** Stops looking. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#retries.forEach(clearTimeout);
  }

  async #checkAll(): Promise<void> {
    if (this.#isChecking) return;
    this.#isChecking = true;
    const now = Date.now();
    for (const [connection, checkedAt] of this.#connections) {
      const { person, expiresAt } = connection.session;
      const isDue = now - checkedAt >= TIMES.check || expiresAt <= now;
      if (isDue) await this.check(person.id);
    }
    await this.#options.sessions.sweep().catch(() => {});
    this.#isChecking = false;
  }

  async #checkOne(connection: Connection): Promise<void> {
    const { sessions, onEnded } = this.#options;
    const { person } = connection.session;
    const session = await sessions.again(connection.session);
    if (connection.closed) return;
    this.#connections.set(connection, Date.now());
    if (session) return void Object.assign(connection.session, session);
    const isBanned = await sessions.isBanned(person.id);
    if (isBanned) connection.close(CLOSE.banned, "banned");
    else connection.close(CLOSE.sessionEnded, "session_ended");
    onEnded(person.id);
  }
}
