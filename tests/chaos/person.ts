/** Someone who writes, edits, deletes and reads through whatever happens. */
import { ChatClient } from "../../lib/client/chat_client.ts";
import type {
  DeliveryChecker,
  Viewer,
} from "../../lib/client/delivery_checker.ts";
import { MemoryOutbox } from "../../lib/client/outbox.ts";
import type { ServerFrame } from "../../lib/protocol.ts";
import { CheckedSocket } from "../../lib/client/checked_socket.ts";

/** Where a person connects, and as whom. */
export interface PersonOptions {
  name: string;
  /** Of the proxy they come through, without a slash at the end. */
  url: string;
  /** The server itself: entering needs it to be up. */
  server: string;
  checker: DeliveryChecker;
}

/** With so many rows waiting nobody writes more: a busy machine need not catch up. */
const PATIENCE = 20;

/** One person with the real client. */
export class Person {
  readonly name: string;
  /** Of their session. */
  readonly token: string;
  readonly client: ChatClient;
  readonly outbox: MemoryOutbox = new MemoryOutbox();
  readonly #id: string;
  #viewer: Viewer;
  /** Rooms that still show what a restore made void: nothing of it is judged. */
  readonly #void = new Set<string>();
  #written = 0;
  /** How many of their posts the server acknowledged. */
  acknowledged = 0;

  private constructor(
    { name, url, checker }: PersonOptions,
    { token, person }: { token: string; person: { id: string; name: string } },
  ) {
    this.name = name;
    this.token = token;
    this.#id = person.id;
    this.#viewer = checker.viewer(name, person.id);
    this.client = new ChatClient({
      url: `${url.replace("http", "ws")}/api/ws`,
      token,
      person,
      outbox: this.outbox,
      createSocket: (address, protocols) =>
        new CheckedSocket(address, protocols, {
          viewer: () => this.#viewer,
          received: (frame) => this.#received(frame),
        }),
    });
  }

  /** Enters and connects. */
  static async enter(options: PersonOptions): Promise<Person> {
    const response = await fetch(`${options.server}/api/session`, {
      method: "POST",
      body: JSON.stringify({ name: options.name }),
    });
    const person = new Person(options, await response.json());
    person.client.start();
    return person;
  }

  /** Goes on under another checker, after a restore made the first one's past void. */
  checkedBy(checker: DeliveryChecker): void {
    this.#viewer = checker.viewer(this.name, this.#id);
    for (const room of this.client.rooms.keys()) this.#void.add(room);
  }

  /** Writes something, edits or deletes something of their own, or looks around. */
  act(rooms: readonly string[], random: () => number): void {
    const room = pick(rooms, random);
    const own = this.client.rooms.get(room)?.messages
      .filter(({ author, deleted }) => author === this.#id && !deleted) ?? [];
    const choice = random();
    if (choice < 0.9 && this.#waiting >= PATIENCE) return;
    if (choice < 0.7 || own.length === 0) return this.#post(room);
    const { id: message } = pick(own, random);
    const last = this.client.rooms.get(room)?.changes.get(message);
    // A new change takes the place of one that failed.
    if (last?.state === "failed") this.#viewer.gaveUp(last.id);
    if (choice < 0.82) return this.#edit(room, message);
    if (choice < 0.9) return this.#delete(room, message);
    this.#lookAround(room, choice);
  }

  /** Sends again what was set aside because the server died twice right after it. */
  retryPoison(): number {
    const poison = this.outbox.all().filter(({ failed }) =>
      failed === "poison"
    );
    for (const { room, id } of poison) this.client.retry(room, id);
    return poison.length;
  }

  /** Tells the checker what is on screen, and what was refused for good. */
  show(rooms: Iterable<string>, settled: boolean): void {
    for (const room of rooms) {
      const state = this.client.rooms.get(room);
      if (!state || this.#void.has(room) && !settled) continue;
      this.#viewer.shown(state, settled);
    }
    for (const { id, failed } of this.outbox.all()) {
      if (failed !== undefined) this.#viewer.gaveUp(id);
    }
  }

  /** Why not all that was written is stored and shown yet, or null when it is. */
  unsettled(heads: ReadonlyMap<string, number>): string | null {
    const waiting = this.#waiting;
    if (waiting > 0) return `${this.name} waits for ${waiting} rows`;
    for (const [room, head] of heads) {
      const seq = this.client.rooms.get(room)?.cursor.seq;
      if (seq !== head) {
        return `${this.name} is at ${seq} of ${head} in ${room}`;
      }
    }
    return null;
  }

  /** How many rows are neither stored nor refused. */
  get #waiting(): number {
    return this.outbox.all().filter(({ failed }) => failed === undefined)
      .length;
  }

  #received(frame: ServerFrame): void {
    if (frame.type === "posted") this.acknowledged++;
    // The answer to a join is of the log as it is now.
    const isReset = frame.type === "messages" && frame.reset;
    const isResume = frame.type === "entries" && frame.ref !== undefined;
    if (isReset || isResume) this.#void.delete(frame.room);
  }

  #post(room: string): void {
    const body = `${this.name} ${++this.#written}`;
    const id = this.client.post(room, body);
    this.#viewer.wrote({ id, room, kind: "post", body });
  }

  #edit(room: string, message: string): void {
    const body = `${this.name} ${++this.#written} edited`;
    const id = this.client.edit(room, message, body);
    this.#viewer.wrote({ id, room, kind: "edit", message, body });
  }

  #delete(room: string, message: string): void {
    const id = this.client.delete(room, message);
    this.#viewer.wrote({ id, room, kind: "delete", message });
  }

  #lookAround(room: string, choice: number): void {
    if (choice >= 0.95) {
      return void this.client.loadOlder(room).catch(() => {});
    }
    this.client.close(room);
    this.client.open(room);
  }
}

function pick<T>(choices: readonly T[], random: () => number): T {
  return choices[Math.floor(random() * choices.length)]!;
}
