/** What is unread on all devices of a person, against a model of it [D6]. */
import { assertEquals } from "@std/assert";
import type { ChatClient } from "../lib/client/chat_client.ts";
import { uuidv7 } from "../lib/client/uuid.ts";
import type { ClientFrame } from "../lib/protocol.ts";
import { Guest } from "./support/atoll.ts";
import { reconnected, Town } from "./support/devices.ts";
import { until } from "./support/until.ts";
import { Random } from "./simulation/random.ts";

interface Post {
  id: string;
  seq: number;
  byReader: boolean;
  mentions: boolean;
  deleted: boolean;
}

/** What the reader has not read of a room, by the rules alone. */
class RoomModel {
  readonly posts: Post[] = [];
  head = 0;
  cursor = 0;
  mark: number | null = null;

  get unread(): number {
    return this.posts.filter(({ seq }) => seq > this.#read).length;
  }

  get mentions(): number {
    return this.posts.filter(({ seq, mentions, deleted }) =>
      seq > this.#read && mentions && !deleted
    ).length;
  }

  post(post: Post): void {
    this.posts.push(post);
    this.head = post.seq;
    if (post.byReader) this.read(post.seq);
  }

  read(seq: number): void {
    const upTo = Math.min(seq, this.head);
    if (this.mark !== null && this.mark <= upTo) this.mark = null;
    this.cursor = Math.max(this.cursor, upTo);
  }

  markUnread(from: number): void {
    const post = this.posts.find(({ seq }) => seq >= from) ?? this.posts.at(-1);
    if (post && post.seq <= this.cursor) this.mark = post.seq;
  }

  get #read(): number {
    return this.mark === null ? this.cursor : this.mark - 1;
  }
}

/** A reader with some devices, and an author who writes in two rooms. */
class Play {
  readonly random: Random;
  readonly town: Town;
  readonly models = new Map<string, RoomModel>();
  readonly devices: ChatClient[];
  readonly #author: string;
  #guest: Guest;
  #names = 0;

  private constructor(
    town: Town,
    random: Random,
    given: {
      guest: Guest;
      author: string;
      reader: string;
      rooms: string[];
      devices: number;
    },
  ) {
    this.town = town;
    this.random = random;
    this.#guest = given.guest;
    this.#author = given.author;
    for (const room of given.rooms) this.models.set(room, new RoomModel());
    town.onFrame = (frame) => this.#heard(frame);
    this.devices = Array.from(
      { length: given.devices },
      () => town.device(given.reader),
    );
  }

  static async begin(
    town: Town,
    seed: number,
    devices: number,
  ): Promise<Play> {
    const { atoll } = town;
    const reader = (await atoll.accounts.enter("Ana")).token;
    const author = (await atoll.accounts.enter("Omar")).token;
    const guest = new Guest(atoll, (await atoll.sessions.find(author))!);
    const ana = (await atoll.sessions.find(reader))!;
    const made = await atoll.rooms.create(guest.session, "Boats");
    await atoll.rooms.follow(ana.person.id, made.id);
    const lobby = (await atoll.rooms.find("lobby"))!;
    const rooms = [lobby.id, made.id];
    const given = { guest, author, reader, rooms, devices };
    const play = new Play(town, new Random(seed), given);
    for (const device of play.devices) {
      device.start();
      await reconnected(device);
    }
    return play;
  }

  /** One step; resolves once the server has taken it. */
  async step(): Promise<void> {
    const { random } = this;
    const [room, model] = random.pick([...this.models]);
    const device = random.pick(this.devices);
    const own = model.posts.filter((post) => !post.byReader && !post.deleted);
    const dice = random.next();
    if (dice < 0.3 || model.posts.length === 0) await this.#post(room, model);
    else if (dice < 0.4 && own.length > 0) {
      const post = random.pick(own);
      post.mentions = random.chance(0.5);
      await this.#change(
        model,
        { type: "edit", body: bodyOf(post) },
        room,
        post,
      );
    } else if (dice < 0.46 && own.length > 0) {
      const post = random.pick(own);
      post.deleted = true;
      await this.#change(model, { type: "delete" }, room, post);
    } else if (dice < 0.66) this.#read(device, room);
    else if (dice < 0.76) device.markUnread(room, random.int(1, model.head));
    else if (dice < 0.82) await this.#answer(device, room, model);
    else if (dice < 0.9) this.#show(device, room);
    else if (dice < 0.93) await this.#rename(room, model);
    else if (dice < 0.96) await this.#cut();
    else await this.#restart();
    await this.town.handled();
  }

  /** All devices come to show what the model does. */
  async settle(): Promise<void> {
    const shown = () =>
      this.devices.map((device) =>
        [...this.models.keys()].map((room) => ({
          unread: device.unread(room),
          mentions: device.mentions(room),
        }))
      );
    // Anew each time: cursors may be sent a second later.
    const expected = () => {
      const counts = [...this.models.values()].map(({ unread, mentions }) => ({
        ...{ unread, mentions },
      }));
      return this.devices.map(() => counts);
    };
    const isSame = () => JSON.stringify(shown()) === JSON.stringify(expected());
    await until(isSame).catch(() => assertEquals(shown(), expected()));
  }

  async end(): Promise<void> {
    for (const device of this.devices) device.flush();
    await this.town.handled();
    for (const device of this.devices) device.stop();
    await this.town.restart();
    const { atoll } = this.town;
    const me = await atoll.rooms.followed(this.devices[0]!.person!.id);
    const stored = me.rooms.map((room) => [
      room.room,
      room.posts - (room.unreadFromPosts ?? room.lastReadPosts),
      room.mentions ?? 0,
    ]);
    const expected = me.rooms.map(({ room }) => {
      const { unread, mentions } = this.models.get(room)!;
      return [room, unread, mentions];
    });
    assertEquals(stored, expected);
  }

  /** The model follows what the server is told. */
  #heard(frame: ClientFrame): void {
    if (frame.type === "read") this.models.get(frame.room)!.read(frame.seq);
    else if (frame.type === "unread") {
      this.models.get(frame.room)!.markUnread(frame.seq);
    }
  }

  async #post(room: string, model: RoomModel): Promise<void> {
    const mentions = this.random.chance(0.4);
    const post = { id: uuidv7(), mentions, byReader: false, deleted: false };
    const answer = await this.#guest.post(bodyOf(post), room, post.id);
    if (answer.type !== "posted") throw new Error(JSON.stringify(answer));
    model.post({ ...post, seq: answer.seq });
  }

  async #change(
    model: RoomModel,
    frame: Record<string, unknown>,
    room: string,
    { id: message }: Post,
  ): Promise<void> {
    const request = { ...frame, room, id: uuidv7(), message };
    const answer = await this.#guest.ask(request);
    if (answer.type !== "posted") throw new Error(JSON.stringify(answer));
    model.head = answer.seq;
  }

  async #answer(device: ChatClient, room: string, model: RoomModel) {
    const id = device.post(room, "Yes");
    await until(() => device.rooms.get(room)?.row(id) === undefined);
    const found = await this.town.atoll.history.message(room, id);
    const { seq } = found.message;
    const rest = { mentions: false, deleted: false };
    model.post({ id, seq, byReader: true, ...rest });
  }

  #read(device: ChatClient, room: string): void {
    const followed = device.me!.rooms.find((one) => one.room === room)!;
    const state = device.rooms.get(room);
    const head = Math.max(followed.head, state?.cursor.seq ?? 0);
    device.readAgain(room);
    const toHead = this.random.chance(0.5);
    device.markRead(room, toHead ? head : this.random.int(0, head));
    if (this.random.chance(0.7)) device.flush();
  }

  /** Puts the room on the device's screen, or takes it off. */
  #show(device: ChatClient, room: string): void {
    if (this.random.chance(0.5)) device.close(room);
    else device.open(room);
  }

  async #rename(room: string, model: RoomModel): Promise<void> {
    const { atoll } = this.town;
    if ((await atoll.rooms.find(room))!.slug === "lobby") return;
    const name = `Boats ${++this.#names}`;
    await atoll.roomChanges.change(this.#guest.session, room, { name });
    model.head++;
  }

  async #cut(): Promise<void> {
    this.town.cut();
    for (const device of this.devices) await reconnected(device);
  }

  async #restart(): Promise<void> {
    if (this.random.chance(0.5)) await this.town.crash();
    else await this.town.restart();
    const { atoll } = this.town;
    this.#guest = new Guest(
      atoll,
      (await atoll.sessions.find(this.#author))!,
    );
    for (const device of this.devices) await reconnected(device);
  }
}

function bodyOf({ mentions }: { mentions: boolean }): string {
  return mentions ? "@Ana, look" : "look";
}

for (const [seed, devices] of [[1, 2], [2, 2], [3, 1]] as const) {
  Deno.test(`What is unread is exact on every device (${devices}), seed ${seed} [D6]`, async () => {
    await using town = await Town.open();
    const play = await Play.begin(town, seed, devices);
    for (let i = 0; i < 12; i++) {
      for (let j = 0; j < 6; j++) await play.step();
      await play.settle();
    }
    await play.end();
  });
}
