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
import { Connection, type ConnectionHooks } from "./connection.ts";
import { Credentials } from "./credentials.ts";
import { lockFolder } from "./db/folder_lock.ts";
import { type Database, openDatabase } from "./db/open.ts";
import { Doorbells } from "./doorbells.ts";
import { Files } from "./files/files.ts";
import { LocalFiles } from "./files/file_store.ts";
import { S3Files } from "./files/s3_files.ts";
import { Following } from "./following.ts";
import { Health } from "./health.ts";
import { History } from "./history.ts";
import { Inbox } from "./inbox.ts";
import { Invitations } from "./invitations.ts";
import type { Locale } from "./locale.ts";
import { KnownNames } from "./known_names.ts";
import { log, logError } from "./logging.ts";
import { LogReader } from "./log_reader.ts";
import { MessageLog } from "./message_log.ts";
import { Mentions } from "./mentions.ts";
import { Messages } from "./messages.ts";
import { metricsText, watchEventLoop } from "./metrics.ts";
import { Order } from "./order.ts";
import { PageReports } from "./page_reports.ts";
import type { Who } from "./permissions.ts";
import { Place, type PlaceFace } from "./place.ts";
import { Passkeys } from "./passkeys.ts";
import { PasswordHasher } from "./password_hasher.ts";
import { Presence } from "./presence.ts";
import { CLOSE, type Entry } from "./protocol.ts";
import { RecentRooms } from "./recent_rooms.ts";
import { Requests } from "./requests.ts";
import { noteDefaultDays, Retention } from "./retention.ts";
import { RoomChanges } from "./room_changes.ts";
import { Rooms } from "./rooms.ts";
import { Search } from "./search.ts";
import { Seats } from "./seats.ts";
import { type Session, Sessions } from "./sessions.ts";
import { openSignals } from "./signals/open.ts";
import type { Signals } from "./signals/signals.ts";
import type { Socket } from "./socket.ts";
import { Standing } from "./standing.ts";
import { Strangers } from "./strangers.ts";
import { Sweep } from "./sweep.ts";

/** What middlewares put on every request. */
export interface State {
  atoll: Atoll;
  /** Who asks, or null for a stranger. */
  session: Session | null;
  locale: Locale;
  /** How the place shows itself. */
  place: PlaceFace;
  /** The page says what went wrong, and is not the one that was asked for. */
  failed?: true;
}

/** Typed helpers for pages, handlers and middlewares. */
export const define: Define<State> = createDefine<State>();

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
  readonly #hooks: ConnectionHooks = {
    handle: (connection, frame) => this.#requests.handle(connection, frame),
    onClose: (connection) => this.#disconnect(connection),
    whenReady: (connection) => this.#hub.whenReady(connection),
  };
  readonly #retention: Retention;
  readonly #signals: Signals;
  readonly #doorbells: Doorbells;
  readonly #standing: Standing;
  readonly #sweep: Sweep | undefined;
  readonly #startedAt = performance.now();
  readonly #stopWatching = watchEventLoop();
  #closing: Promise<void> | undefined;

  /** Composes the services over an open database of which `unlock` lets go. */
  constructor(
    config: Config,
    db: Database,
    { signals, mark, unlock }: {
      signals: Signals;
      /** The database's, of before anything was read for anybody (L6). */
      mark: string;
      unlock: () => void;
    },
  ) {
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
      challenges: new Challenges(db),
      attempts,
    });
    this.rooms = new Rooms(db, Date.now, config.roomsPerHour);
    this.files = new Files({
      db,
      store: config.files
        ? new S3Files(config.files, logError)
        : new LocalFiles(join(config.data, "files")),
      limit: config.uploadLimit,
    });
    const recent = new RecentRooms(db, this.rooms);
    this.search = new Search(db, this.rooms, logError);
    this.#log = new MessageLog(db, {
      onCommitted: (heads, cursors, changes, entries) => {
        if (changes.filesLost) this.files.sweep();
        if (changes.acts.length > 0) recent.forget();
        this.#doorbells.committed(heads, cursors, changes, entries);
        for (const { room, person } of cursors) {
          this.#presence.posted(room, person);
        }
        this.search.wake();
      },
      onTrimmed: (trimmed) => this.#doorbells.trimmed(trimmed),
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
    const names = new KnownNames(() => this.#hub.dropEncoded());
    this.#signals = signals;
    this.#presence = new Presence(
      (...signal) => this.#hub.signal(...signal),
      signals,
    );
    const delivered = new LogReader(db.delivery);
    this.#hub = new ChatHub(hubLog(db.epoch, delivered, names), {
      onError: logError,
      onOpened: (room) => this.#doorbells.roomOpened(room),
      onClosed: (room) => this.#doorbells.roomClosed(room),
      onSubscribed: ({ session }, room) =>
        this.#presence.enter(room, session.person),
      onUnsubscribed: ({ session }, room) =>
        this.#presence.leave(room, session.person.id),
    });
    this.#following = new Following({
      load: (person) => this.rooms.followed(person),
      postsAt: async (room, seq) => {
        const [entry] = await delivered.read(room, {
          after: seq - 1,
          limit: 1,
          bytes: 0,
        });
        return entry?.seq === seq ? entry.posts : null;
      },
      markRead: async (cursors) => {
        this.#doorbells.moved(await db.write("markRead", cursors));
      },
      markUnread: (person, room, from) =>
        this.rooms.markUnread(person, room, from),
      whenReady: (connection) => this.#hub.whenReady(connection),
      onError: logError,
      onHere: (...here) => this.#doorbells.personHere(...here),
      onFollowed: (...followed) => this.#doorbells.roomFollowed(...followed),
    });
    this.#standing = new Standing({
      sessions,
      connectionsOf: (person) => this.#following.connectionsOf(person),
      onEnded: (person) => this.#presence.signedOut(person),
      onError: logError,
    });
    const doorbells = this.#doorbells = new Doorbells({
      ...{ signals, names, hub: this.#hub, following: this.#following },
      ...{ presence: this.#presence, standing: this.#standing, recent },
    });
    if (db.isShared) this.#sweep = this.#startSweep(db, mark);
    this.inbox = new Inbox({
      db,
      flush: (person) => this.#following.flush(person),
    });
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
    this.rooms.onFollowedChange = (id) => doorbells.roomsChanged(id);
    this.sessions.onEnd = (person) => doorbells.standingChanged(person);
    this.accounts.onRemove = (person) => doorbells.standingChanged(person);
    this.accounts.onChange = (person) => doorbells.named(person);
    this.order.onMeasure = (person) => doorbells.standingChanged(person);
    this.place.onOwner = (person) => doorbells.standingChanged(person);
    this.invitations.onUse = (person) => doorbells.standingChanged(person);
  }

  #startSweep(db: Database, mark: string): Sweep {
    const sweep = new Sweep({
      ...{ db, signals: this.#signals, mark },
      onChanged: (changed) => this.#doorbells.swept(changed),
      onError: logError,
    });
    this.#signals.onHealth = (isHealthy) => {
      log(
        isHealthy
          ? "Signals of other machines are heard"
          : "Signals of other machines are not heard: the database is asked for news, and presence shows this machine's people only",
      );
      sweep.look();
      if (isHealthy) this.#presence.refresh();
    };
    return sweep;
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
      connections: this.#standing.connections.size,
    });
  }

  /** What the process counts, in Prometheus' text format. */
  get metrics(): string {
    const connections = this.#standing.connections.size;
    return metricsText({ connections, ...this.#hub.counts });
  }

  /** Registers an open socket of a session; its frames go to `receive`. */
  connect(socket: Socket, session: Session): Connection {
    const connection = new Connection(socket, session, this.#hooks);
    this.#following.connect(connection);
    this.#standing.add(connection);
    if (this.#closing) connection.close(CLOSE.restarting, "restarting 1000");
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
    this.#standing.close();
    this.#stopWatching();
    this.hasher.close();
    const trimmed = this.#retention.close();
    await this.#log.close();
    await this.#hub.settled();
    // At once, or the first who goes would have theirs written alone.
    void this.#following.flush();
    for (const connection of this.#standing.connections.keys()) {
      const delay = Math.round(200 + Math.random() * RESTART_SPREAD);
      connection.close(CLOSE.restarting, `restarting ${delay}`);
    }
    this.#presence.close();
    await this.#following.close();
    await this.#sweep?.close();
    await this.#signals.close();
    await this.files.close();
    await this.search.close();
    // Last, since both wait until text is wiped: PostgreSQL ends that by itself
    // when we may not wait for it, SQLite's next start does.
    await trimmed;
    await this.#log.wiped();
    await this.#db.close();
    this.#unlock();
  }

  #disconnect(connection: Connection): void {
    this.#standing.delete(connection);
    this.#hub.remove(connection);
    this.#following.disconnect(connection);
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
  // The folder is ours alone: no other machine is removing any content.
  if (!db.isShared) {
    await db.write("releaseLoose", { now: Date.now() }).catch(() => {});
  }
  const signals = await openSignals(config, db, log);
  // Were it asked for later, what is committed until then would be no news.
  const { mark } = await db.changedSince(null).catch(async (error) => {
    await signals.close();
    await db.close();
    unlock();
    throw error;
  });
  return new Atoll(config, db, { signals, mark, unlock });
}

/** What the hub may read of a log. */
function hubLog(epoch: string, log: LogReader, names: KnownNames) {
  const seen = (entries: Entry[]) => {
    for (const entry of entries) names.seeAuthor(entry);
    return entries;
  };
  return {
    epoch,
    newest: async (
      room: string,
      bounds: { limit: number; bytes: number },
    ) => {
      const head = await log.head(room);
      if (!head) return null;
      const entries = seen(await log.newest(room, bounds));
      const { floor } = head;
      return { head: entries.at(-1)?.seq ?? head.seq, floor, entries };
    },
    read: async (
      room: string,
      options: { after: number; limit: number; bytes: number },
    ) => seen(await log.read(room, options)),
    entryId: (room: string, seq: number) => log.entryId(room, seq),
    page: async (room: string, options: { limit: number }) => {
      const page = await log.page(room, options);
      if (!page) throw new Error(`Room ${room} is gone`);
      return page;
    },
  };
}
