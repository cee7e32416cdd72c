/** Whom and what strange inputs can speak of: people, rooms, messages, files. */
import type { Random } from "../simulation/random.ts";
import type { ServerProcess } from "../support/server.ts";
import { ask, type HttpAnswer, jsonOf } from "./http.ts";
import { SocketPeer } from "./socket_peer.ts";

/** Roles, as often as there are people of them. */
const CAST = [
  ...["owner", "admin", "member", "member"],
  ...["guest", "guest", "guest", "guest"],
] as const;

const PASSWORD = "a fuzzy kind of password";

/** Messages that are remembered. */
const MESSAGES = 100;

/** Someone who sends strange things. */
export interface Persona {
  role: typeof CAST[number];
  id: string;
  token: string;
}

/** All that inputs refer to, and a keeper whom they don't know, who mends it. */
export class World {
  readonly port: number;
  readonly people: Persona[] = [];
  /** Ids and addresses of rooms that anybody may spoil. */
  readonly rooms: string[] = ["lobby"];
  readonly messages: string[] = [];
  readonly uploads: string[] = [];
  readonly invitations: string[] = [];
  /** Paths of messages' files, behind the room. */
  readonly files: string[] = [];
  epoch = "";
  #keeper: Persona | undefined;
  #names = 0;

  private constructor(port: number) {
    this.port = port;
  }

  /** Peoples a server that nobody owns yet. */
  static async make(server: ServerProcess): Promise<World> {
    const world = new World(server.port);
    const line = await server.printed(/setup#\S+/);
    const keeper = await world.#enter("guest");
    await world.#setPassword(keeper);
    const form = { code: line.split("#")[1]! };
    await world.#ask(keeper, "POST", "/setup", { form });
    world.#keeper = keeper;
    for (const role of CAST) world.people.push(await world.#enter(role));
    await world.#furnish();
    return world;
  }

  /** An id that no message has yet; it is remembered. */
  newMessage(random: Random): string {
    const hex = random.fill(new Uint8Array(16)).toHex();
    const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    this.messages.push(id);
    if (this.messages.length > MESSAGES) this.messages.shift();
    return id;
  }

  /** Puts somebody else in the place of who can't come in any more. */
  async replace(persona: Persona): Promise<void> {
    const i = this.people.indexOf(persona);
    if (i < 0) return;
    // At once, so that nobody else does the same meanwhile.
    const next = this.people[i] = { ...persona };
    Object.assign(next, await this.#enter(persona.role));
  }

  /** Undoes what was done to the place and its people, so that inputs go on reaching far. */
  async mend(): Promise<void> {
    await this.#openPlace();
    for (const [i, one] of this.people.entries()) {
      const { status } = await this.#ask(one, "GET", "/api/session");
      const isStaff = one.role === "owner" || one.role === "admin";
      if (status !== 200) this.people[i] = await this.#enter(one.role);
      else if (isStaff) await this.#giveRole(one, one.role);
      for (const measure of ["mute", "ban"]) {
        const path = `/api/people/${one.id}/${measure}`;
        await this.#ask(this.#keeper!, "DELETE", path);
      }
    }
    for (const room of this.rooms) {
      const json = { archived: false, retentionDays: null };
      await this.#ask(this.#keeper!, "PATCH", `/api/rooms/${room}`, { json });
    }
  }

  async #furnish(): Promise<void> {
    const [maker, ...others] = this.people.slice(2);
    for (const kind of ["open", "private"]) {
      const json = { name: `Fuzz ${kind}`, kind };
      const { room } = await this.#json(maker!, "POST", "/api/rooms", json);
      this.rooms.push(room.id, room.slug);
    }
    const json = { people: others.slice(0, 2).map(({ id }) => id) };
    const made = await this.#json(maker!, "POST", "/api/rooms/direct", json);
    this.rooms.push(made.room.id);
    const wish = { role: "member", room: null, lifetime: null, maxUses: null };
    const { invitation } = await this.#json(
      ...[this.#keeper!, "POST", "/api/invitations", wish] as const,
    );
    this.invitations.push(invitation.id, invitation.code);
    await this.#write(maker!);
  }

  /** Messages, one of them with a file, and a file that waits for a message. */
  async #write(author: Persona): Promise<void> {
    const upload = async (name: string) => {
      const path = `/api/uploads?name=${name}`;
      const { file } = await this.#json(author, "POST", path, { name });
      return file.id as string;
    };
    const file = await upload("posted.json");
    this.uploads.push(await upload("waiting.json"));
    const socket = await SocketPeer.open(this.port, author.token);
    if (typeof socket === "number") throw new Error(`No socket: ${socket}`);
    socket.onFrame = (frame) => {
      if (frame.type === "me") this.epoch = frame.epoch;
    };
    for (let i = 0; i < 5; i++) {
      const id = crypto.randomUUID();
      const files = i === 0 ? [file] : [];
      const post = { type: "post", room: "lobby", id, body: `No. ${i}`, files };
      await socket.send(post);
      this.messages.push(id);
    }
    await socket.settled("written");
    await socket.close();
    this.files.push(`${file}/posted.json`);
  }

  async #enter(role: Persona["role"]): Promise<Persona> {
    const name = `Fuzz ${role} ${++this.#names}`;
    if (this.#keeper) await this.#openPlace();
    const json = { name };
    const address = `10.8.${this.#names >> 8 & 255}.${this.#names & 255}`;
    const options = { json, address };
    const entered = await ask(this.port, "POST", "/api/session", options);
    const { token, person } = jsonOf(entered);
    const persona = { role, id: person.id, token };
    if (role === "guest") return persona;
    await this.#setPassword(persona);
    if (role !== "member") await this.#giveRole(persona, role);
    return persona;
  }

  async #openPlace(): Promise<void> {
    const json = { entry: "guests", name: "Fuzzed" };
    await this.#ask(this.#keeper!, "PATCH", "/api/place", { json });
  }

  async #setPassword(persona: Persona): Promise<void> {
    const form = { act: "set_password", password: PASSWORD };
    await this.#ask(persona, "POST", "/settings/account", { form });
  }

  async #giveRole({ id }: Persona, role: string): Promise<void> {
    const json = { role };
    await this.#ask(this.#keeper!, "PATCH", `/api/people/${id}`, { json });
  }

  async #json(by: Persona, method: string, path: string, json: unknown) {
    const answer = await this.#ask(by, method, path, { json });
    if (answer.status < 300) return jsonOf(answer);
    throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  }

  #ask(
    { token }: Persona,
    method: string,
    path: string,
    body: { json?: unknown; form?: Record<string, string> } = {},
  ): Promise<HttpAnswer> {
    return ask(this.port, method, path, { token, ...body });
  }
}
