/** A person's open page: the real client, and a storage that outlives it. */
import { ChatClient, type SocketLike } from "../../lib/client/chat_client.ts";
import type { Viewer } from "../../lib/client/delivery_checker.ts";
import type { Outbox, OutboxRow } from "../../lib/client/outbox.ts";
import type { RoomState } from "../../lib/client/room_state.ts";
import type {
  ClientFrame,
  MeFrame,
  Person,
  ServerFrame,
} from "../../lib/protocol.ts";
import { Life, type VirtualTime } from "./virtual_time.ts";

/** What a tab has to do with others. */
export interface TabOptions {
  name: string;
  person: Person;
  viewer: Viewer;
  time: VirtualTime;
  /** Connects to some machine. */
  connect: (tab: Tab) => SocketLike;
}

/** A page that can be closed at any moment, and opened again. */
export class Tab {
  readonly name: string;
  readonly person: Person;
  readonly viewer: Viewer;
  readonly rows: OutboxRow[] = [];
  /** Ids of the rooms on screen. */
  readonly screen = new Set<string>();
  life: Life;
  client!: ChatClient;
  /** Whether the page is open: without it, nothing may be done. */
  isUp = false;
  /** What this connection was last told of the rooms that are followed (D6). */
  me: MeFrame | null = null;
  /** Rooms that it had on screen: of those, what it was told may be old. */
  readonly joined = new Set<string>();
  /** How many more times the person answers at once to what comes. */
  replies = 0;
  #texts = 0;
  readonly #cancelled = new Set<string>();
  readonly #options: TabOptions;

  constructor(options: TabOptions) {
    this.name = options.name;
    this.person = options.person;
    this.viewer = options.viewer;
    this.life = new Life(options.name);
    this.#options = options;
  }

  /** Opens the page; to be called as a task of its own life. */
  start(): void {
    if (this.isUp) return;
    this.isUp = true;
    const { time, viewer, person } = this.#options;
    const client = this.client = new ChatClient({
      url: "ws://simulated/api/ws",
      person,
      clock: time,
      random: () => time.random.next(),
      outbox: this.#outbox(),
      checkSession: () => Promise.resolve("valid"),
      createSocket: () => this.#watched(this.#options.connect(this)),
    });
    client.subscribe(() => {
      for (const state of client.rooms.values()) viewer.shown(state);
    });
    client.start();
    for (const room of this.screen) {
      client.open(room);
      if (time.random.chance(0.2)) this.scrollUp(room);
    }
  }

  /** The page is gone from one moment to the next; its storage stays. */
  crash(): void {
    this.isUp = false;
    this.life.alive = false;
    this.life = new Life(this.name);
    this.viewer.forgot();
  }

  open(room: string): void {
    this.screen.add(room);
    this.client.open(room);
  }

  close(room: string): void {
    this.screen.delete(room);
    this.client.close(room);
  }

  get states(): RoomState[] {
    return [...this.client.rooms.values()];
  }

  /** Loads older messages; that they can't be had is no matter here. */
  scrollUp(room: string): void {
    this.client.loadOlder(room).catch(() => {});
  }

  /** The rooms on screen. */
  get shown(): RoomState[] {
    return [...new Set([...this.screen].map((room) => this.client.open(room)))];
  }

  /** The person gives a row up. */
  cancel(room: string, id: string): void {
    this.#cancelled.add(id);
    this.viewer.gaveUp(id);
    this.client.cancel(room, id);
  }

  /** A text that nobody else writes. */
  text(): string {
    const words = "word ".repeat(this.#options.time.random.int(0, 20));
    return `${words}${this.name}-${++this.#texts}`;
  }

  /** Whether nothing waits to be acknowledged. */
  get isQuiet(): boolean {
    return this.rows.every((row) => row.failed !== undefined) &&
      this.states.every((state) => state.unacknowledgedRows().length === 0);
  }

  #watched(socket: SocketLike): SocketLike {
    const { viewer } = this;
    viewer.connected();
    this.me = null;
    this.joined.clear();
    const { send } = socket;
    socket.send = (text) => {
      const frame = JSON.parse(text) as ClientFrame;
      viewer.sent(frame);
      if (frame.type === "join") this.joined.add(frame.room);
      send.call(socket, text);
    };
    let listener: SocketLike["onmessage"] = null;
    Object.defineProperty(socket, "onmessage", {
      get: () =>
        listener && ((event: MessageEvent) => {
          const frame = JSON.parse(event.data) as ServerFrame;
          viewer.received(frame);
          if (frame.type === "me") this.me = frame;
          listener?.(event);
          this.#reply(frame);
        }),
      set: (value: SocketLike["onmessage"]) => listener = value,
    });
    return socket;
  }

  #reply(frame: ServerFrame): void {
    if (this.replies === 0 || frame.type !== "entries") return;
    if (frame.entries.length === 0 || !this.screen.has(frame.room)) return;
    this.replies--;
    this.client.post(frame.room, this.text());
  }

  /** Takes a while to store anything; what is stored is there after a crash. */
  #outbox(): Outbox {
    const { rows, viewer } = this;
    let last: Promise<unknown> = Promise.resolve();
    const stored = <T>(run: () => T): Promise<T> => {
      const next = last.then(() => this.#stored(run));
      last = next;
      return next;
    };
    return {
      durable: true,
      add: (row) =>
        stored(() => {
          const at = rows.findIndex(({ id }) => id === row.id);
          if (at >= 0) rows.splice(at, 1);
          rows.push(row);
          this.#wrote(row);
        }),
      remove: (id) =>
        stored(() => {
          const at = rows.findIndex((row) => row.id === id);
          // A new change takes the place of one that failed.
          if (rows[at]?.failed) viewer.gaveUp(id);
          if (at >= 0) rows.splice(at, 1);
        }),
      update: (row) =>
        stored(() => {
          const at = rows.findIndex(({ id }) => id === row.id);
          if (at < 0) return;
          rows[at] = row;
          this.#wrote(row);
        }),
      claim: () => stored(() => ({ adopted: [...rows], lost: [] })),
    };
  }

  /** It is kept from now on: it must arrive, or be shown as failed. */
  #wrote({ id, room, kind, body, message, failed }: OutboxRow): void {
    this.viewer.wrote({
      ...{ id, room, kind },
      ...body === undefined ? {} : { body },
      ...message === undefined ? {} : { message },
    });
    if (failed || this.#cancelled.has(id)) this.viewer.gaveUp(id);
  }

  #stored<T>(run: () => T): Promise<T> {
    const { time } = this.#options;
    return new Promise((resolve) => {
      time.after(time.random.latency(2), () => resolve(run()), this.life);
    });
  }
}
