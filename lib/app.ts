/** Composes a running Atoll from its parts, and says what each request carries. */
import { join } from "node:path";
import { createDefine, type Define } from "fresh";
import { Accounts } from "./accounts.ts";
import { Audit } from "./audit.ts";
import { Attempts } from "./attempts.ts";
import { Challenges } from "./challenges.ts";
import { ChatHub } from "./chat_hub.ts";
import { type Condition, readCondition } from "./condition.ts";
import type { Config } from "./config.ts";
import { Connection } from "./connection.ts";
import { Credentials } from "./credentials.ts";
import { lockFolder } from "./db/folder_lock.ts";
import { type Database, openDatabase } from "./db/open.ts";
import { Files } from "./files/files.ts";
import { LocalFiles } from "./files/file_store.ts";
import { Following } from "./following.ts";
import { Health } from "./health.ts";
import { History } from "./history.ts";
import { Inbox } from "./inbox.ts";
import { Invitations } from "./invitations.ts";
import type { Locale } from "./locale.ts";
import { logError } from "./logging.ts";
import { MessageLog } from "./message_log.ts";
import { Mentions } from "./mentions.ts";
import { Messages } from "./messages.ts";
import { metricsText, watchEventLoop } from "./metrics.ts";
import { type Measure, Order } from "./order.ts";
import { PageReports } from "./page_reports.ts";
import type { Who } from "./permissions.ts";
import { Place, type PlaceFace } from "./place.ts";
import { Passkeys } from "./passkeys.ts";
import { PasswordHasher } from "./password_hasher.ts";
import { Presence } from "./presence.ts";
import { CLOSE, type Person } from "./protocol.ts";
import { RecentRooms } from "./recent_rooms.ts";
import { Requests } from "./requests.ts";
import { noteDefaultDays, Retention } from "./retention.ts";
import { RoomChanges } from "./room_changes.ts";
import { Rooms } from "./rooms.ts";
import { Search } from "./search.ts";
import { Seats } from "./seats.ts";
import { type Session, Sessions } from "./sessions.ts";
import { Strangers } from "./strangers.ts";
import type { Socket } from "./socket.ts";

/** What middlewares put on every request. */
export interface State {
  atoll: Atoll;
  /** Who asks, or null for a stranger. */
  session: Session | null;
  locale: Locale;
  /** How the place shows itself. */
  place: PlaceFace;
}

/** Typed helpers for pages, handlers and middlewares. */
export const define: Define<State> = createDefine<State>();

/** Milliseconds. */
const SESSION_TIMES = {
  /** Between two looks for sessions that ran out. */
  interval: 60_000,
  /** After which a connection's session is looked up, and kept alive, again. */
  check: 30 * 60_000,
};

/** Milliseconds over which clients come back after a restart. */
const RESTART_SPREAD = 2_000;

/** The services of one running server. */
export class Atoll {
  readonly config: Config;
  readonly accounts: Accounts;
  readonly place: Place;
  readonly order: Order;
  readonly invitations: Invitations;
  readonly audit: Audit;
  readonly sessions: Sessions;
  readonly hasher: PasswordHasher = new PasswordHasher();
  readonly credentials: Credentials;
  readonly passkeys: Passkeys;
  readonly rooms: Rooms;
  readonly messages: Messages;
  readonly roomChanges: RoomChanges;
  readonly history: History;
  readonly inbox: Inbox;
  readonly files: Files;
  readonly search: Search;
  readonly health: Health;
  readonly seats: Seats;
  readonly strangers: Strangers = new Strangers();
  readonly #db: Database;
  readonly #unlock: () => void;
  readonly #log: MessageLog;
  readonly #hub: ChatHub;
  readonly #following: Following;
  readonly #presence: Presence;
  readonly #requests: Requests;
  readonly #retention: Retention;
  /** With the time when each one's session was looked up last. */
  readonly #connections = new Map<Connection, number>();
  readonly #sessionTimer: ReturnType<typeof setInterval>;
  readonly #startedAt = performance.now();
  readonly #stopWatching = watchEventLoop();
  #checking = false;
  #closing: Promise<void> | undefined;

  /** Composes the services over an open database of which `unlock` lets go. */
  constructor(config: Config, db: Database, unlock: () => void) {
    this.config = config;
    this.#unlock = unlock;
    this.#db = db;
    this.health = new Health(db);
    this.seats = new Seats(config.connectionsPerAddress);
    this.sessions = new Sessions(db);
    this.accounts = new Accounts(db, Date.now, config.newcomersPerHour);
    const { sessions, hasher } = this;
    const attempts = new Attempts();
    const { accounts } = this;
    this.place = new Place({ db, accounts, attempts });
    this.order = new Order(db);
    this.audit = new Audit(db);
    this.credentials = new Credentials({ db, sessions, hasher, attempts });
    this.passkeys = new Passkeys({
      db,
      sessions,
      credentials: this.credentials,
      challenges: new Challenges(),
      attempts,
    });
    this.rooms = new Rooms(db, Date.now, config.roomsPerHour);
    this.files = new Files({
      db,
      store: new LocalFiles(join(config.data, "files")),
      limit: config.uploadLimit,
    });
    const recent = new RecentRooms(this.rooms);
    db.onWrite = (name) => {
      // What appends change is told by their acts.
      if (name !== "append") recent.forget();
    };
    this.search = new Search(db, this.rooms, logError);
    this.#log = new MessageLog(db, {
      onCommitted: (heads, cursors, { acts, people, filesLost }, entries) => {
        if (filesLost) this.files.sweep();
        if (acts.length > 0) recent.forget();
        for (const head of heads) {
          this.#hub.ring(head.room, entries.get(head.room));
          this.#following.roomGrew(head);
        }
        for (const cursor of cursors) {
          this.#following.moved(cursor);
          this.#presence.posted(cursor.room, cursor.person);
        }
        this.search.wake();
        for (const person of people) this.#following.personChanged(person);
        for (const { room, person } of acts) {
          if (person === null) this.#following.roomChanged(room);
        }
      },
      onTrimmed: (trimmed) => {
        this.#hub.trimmed(trimmed.room, trimmed.floor);
        this.#following.roomTrimmed(trimmed);
      },
    });
    this.history = new History(db, this.#log);
    this.messages = new Messages({
      db,
      log: this.#log,
      rooms: recent,
      mentions: new Mentions({
        db,
        connectedIn: (room) => this.#following.connectedIn(room),
      }),
    });
    this.roomChanges = new RoomChanges({
      db,
      rooms: this.rooms,
      messages: this.messages,
    });
    this.invitations = new Invitations({
      ...{ db, accounts, attempts },
      rooms: this.rooms,
      log: this.#log,
    });
    this.#presence = new Presence((...signal) => this.#hub.signal(...signal));
    this.#hub = new ChatHub(hubLog(db, this.#log), {
      onError: logError,
      onSubscribed: ({ session }, room) =>
        this.#presence.enter(room, session.person),
      onUnsubscribed: ({ session }, room) =>
        this.#presence.leave(room, session.person.id),
    });
    this.#following = new Following({
      load: (person) => this.rooms.followed(person),
      postsAt: async (room, seq) => {
        const [entry] = await this.#log.read(room, {
          after: seq - 1,
          limit: 1,
          bytes: 0,
        });
        return entry?.seq === seq ? entry.posts : null;
      },
      markRead: (cursors) => db.write("markRead", cursors),
      markUnread: (person, room, from) =>
        this.rooms.markUnread(person, room, from),
      onError: logError,
    });
    this.inbox = new Inbox({ db, flush: () => this.#following.flush() });
    this.#requests = new Requests({
      hub: this.#hub,
      rooms: this.rooms,
      recent,
      messages: this.messages,
      following: this.#following,
      presence: this.#presence,
      reports: new PageReports(),
      onError: logError,
    });
    this.#retention = new Retention({
      read: db.read,
      log: this.#log,
      defaultDays: config.retentionDays,
      onError: logError,
    });
    this.rooms.onRetentionChange = () => void this.#retention.run();
    this.rooms.onFollowedChange = (id) => this.#following.personChanged(id);
    this.sessions.onEnd = ({ hash, person }) => {
      this.#endConnections(({ session }) =>
        session.hash === hash && session.person.id === person
      );
      this.#presence.signedOut(person);
    };
    this.accounts.onRemove = (person, hashes) => sessions.ended(person, hashes);
    this.accounts.onChange = (person) => this.#changed(person);
    this.order.onMeasure = (person, { kind }) => this.#measured(person, kind);
    this.place.onOwner = (person) => this.#standingChanged(person);
    this.invitations.onUse = (person) => this.#standingChanged(person);
    this.#sessionTimer = setInterval(
      () => void this.#checkSessions(),
      SESSION_TIMES.interval,
    );
  }

  /** Whether it no longer takes requests. */
  get isStopping(): boolean {
    return this.#closing !== undefined;
  }

  /** Seconds since it was opened. */
  get uptime(): number {
    return (performance.now() - this.#startedAt) / 1_000;
  }

  /** How the server does; refused with `forbidden`. */
  condition(who: Who): Promise<Condition> {
    return readCondition(who, {
      db: this.#db,
      problem: () => this.health.problem(),
      uptime: this.uptime,
      connections: this.#connections.size,
    });
  }

  /** What the process counts, in Prometheus' text format. */
  get metrics(): string {
    const connections = this.#connections.size;
    return metricsText({ connections, ...this.#hub.counts });
  }

  /** Registers an open socket of a session; its frames go to `receive`. */
  connect(socket: Socket, session: Session): Connection {
    const connection = new Connection(
      socket,
      session,
      (connection, frame) => this.#requests.handle(connection, frame),
      (connection) => this.#disconnect(connection),
      (connection) => this.#hub.whenReady(connection),
    );
    this.#connections.set(connection, Date.now());
    this.#following.connect(connection);
    if (this.#closing) connection.close(CLOSE.restarting, "restarting 1000");
    // It may have ended, or got another name, since the handshake began.
    else void this.#checkSession(connection);
    return connection;
  }

  /**
   * Stops cleanly: takes no more posts, stores and delivers what was admitted,
   * closes every connection with its own delay for coming back.
   */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    clearInterval(this.#sessionTimer);
    this.#stopWatching();
    this.hasher.close();
    await this.#retention.close();
    await this.#log.close();
    await this.#hub.settled();
    for (const connection of this.#connections.keys()) {
      const delay = Math.round(200 + Math.random() * RESTART_SPREAD);
      connection.close(CLOSE.restarting, `restarting ${delay}`);
    }
    this.#presence.close();
    await this.#following.close();
    await this.files.close();
    await this.search.close();
    await this.#db.close();
    this.#unlock();
  }

  #disconnect(connection: Connection): void {
    this.#connections.delete(connection);
    this.#hub.remove(connection);
    this.#following.disconnect(connection);
  }

  #endConnections(ends: (connection: Connection) => boolean): void {
    for (const connection of this.#connections.keys()) {
      if (ends(connection)) {
        connection.close(CLOSE.sessionEnded, "session_ended");
      }
    }
  }

  /** Ends connections whose sessions ended; keeps alive the sessions of others. */
  async #checkSessions(): Promise<void> {
    if (this.#checking) return;
    this.#checking = true;
    const now = Date.now();
    for (const [connection, checkedAt] of this.#connections) {
      const isDue = now - checkedAt >= SESSION_TIMES.check ||
        connection.session.expiresAt <= now;
      if (isDue) await this.#checkSession(connection);
    }
    await this.sessions.sweep().catch(() => {});
    this.#checking = false;
  }

  async #checkSession(connection: Connection): Promise<void> {
    try {
      const session = await this.sessions.again(connection.session);
      if (connection.closed) return;
      this.#connections.set(connection, Date.now());
      if (session) Object.assign(connection.session, session);
      else connection.close(CLOSE.sessionEnded, "session_ended");
    } catch (error) {
      logError(error);
    }
  }

  /** What was done about a person reaches their open connections at once (D5). */
  async #measured(person: string, kind: Measure["kind"]): Promise<void> {
    if (kind === "ban" || kind === "kick") {
      const [code, reason] = kind === "ban"
        ? [CLOSE.banned, "banned"] as const
        : [CLOSE.sessionEnded, "session_ended"] as const;
      for (const connection of [...this.#following.connectionsOf(person)]) {
        connection.close(code, reason);
      }
      this.#presence.signedOut(person);
    }
    await this.#standingChanged(person);
  }

  async #standingChanged(person: string): Promise<void> {
    const connections = [...this.#following.connectionsOf(person)];
    await Promise.all(connections.map((one) => this.#checkSession(one)));
    this.#following.personChanged(person);
  }

  #changed(person: Person): void {
    for (const { session } of this.#following.connectionsOf(person.id)) {
      session.person = person;
    }
    this.#hub.dropEncoded();
    this.#presence.renamed(person);
    this.#following.personChanged(person.id);
  }
}

/** Opens the database of the given settings and composes an Atoll over it. */
export async function openAtoll(config: Config): Promise<Atoll> {
  // Only a file has to be kept from a second program.
  const unlock = config.postgres ? () => {} : lockFolder(config.data);
  const db = await openDatabase({
    postgres: config.postgres,
    path: config.data,
    synchronous: config.synchronous,
    onError: logError,
  }).catch((error) => {
    unlock();
    throw error;
  });
  // A full disk is no reason not to start: what went wrong is reported.
  await noteDefaultDays(db, config.retentionDays).catch(() => {});
  return new Atoll(config, db, unlock);
}

/** What the hub may read of a log. */
function hubLog({ epoch }: Database, log: MessageLog) {
  return {
    epoch,
    newest: async (
      room: string,
      bounds: { limit: number; bytes: number },
    ) => {
      const head = await log.head(room);
      if (!head) return null;
      const entries = await log.newest(room, bounds);
      const { floor } = head;
      return { head: entries.at(-1)?.seq ?? head.seq, floor, entries };
    },
    read: (
      room: string,
      options: { after: number; limit: number; bytes: number },
    ) => log.read(room, options),
    entryId: (room: string, seq: number) => log.entryId(room, seq),
    page: async (room: string, options: { limit: number }) => {
      const page = await log.page(room, options);
      if (!page) throw new Error(`Room ${room} is gone`);
      return page;
    },
  };
}
