/** People who talk whatever is broken, each behind a proxy that can be cut. */
import { DeliveryChecker } from "../../lib/client/delivery_checker.ts";
import type { ServerProcess } from "../support/server.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { Person } from "./person.ts";

/** Who talks, and where. */
export interface CrowdOptions {
  people: number;
  /** How many of them come through one proxy. */
  perProxy: number;
  /** Rooms that are made besides the lobby. */
  rooms: readonly string[];
  /** Milliseconds between two things that one person does, on average. */
  pace: number;
  /** Told what doesn't come to an end. */
  log?: ((line: string) => void) | undefined;
}

/** Milliseconds without any progress after which nobody waits any more. */
const STUCK = 60_000;

/** Everybody, the rooms they talk in, and what is known of what they saw. */
export class Crowd {
  readonly proxies: TcpProxy[] = [];
  /** Ids of the rooms. */
  rooms: string[] = [];
  /** Rows that were set aside as poison and sent again. */
  retries = 0;
  readonly #options: CrowdOptions;
  readonly #people: Person[] = [];
  readonly #timers: ReturnType<typeof setInterval>[] = [];
  #checker = new DeliveryChecker();

  constructor(options: CrowdOptions) {
    this.#options = options;
  }

  /** Everybody enters by some server, and has all rooms on screen. */
  async enter(servers: readonly ServerProcess[]): Promise<void> {
    const { people, perProxy } = this.#options;
    const serverOf = (index: number) => servers[index % servers.length]!;
    for (let i = 0; i < Math.ceil(people / perProxy); i++) {
      this.proxies.push(new TcpProxy(serverOf(i).port));
    }
    for (let i = 0; i < people; i++) {
      const { url } = this.proxies[i % this.proxies.length]!;
      const options = { name: `Person ${i}`, url, server: serverOf(i).url };
      this.#people.push(
        await Person.enter({ ...options, checker: this.#checker }),
      );
    }
    await this.#makeRooms(servers[0]!.url);
    for (const { client } of this.#people) {
      for (const room of this.rooms) client.open(room);
    }
  }

  /** How many posts the servers acknowledged to them. */
  get acknowledged(): number {
    return this.#people.reduce(
      (sum, { acknowledged }) => sum + acknowledged,
      0,
    );
  }

  /** What is compared with the log. */
  get checker(): DeliveryChecker {
    return this.#checker;
  }

  /** Everybody goes on under another checker, after a restore made the past void. */
  forget(): void {
    this.#checker = new DeliveryChecker();
    for (const person of this.#people) person.checkedBy(this.#checker);
  }

  /** Everybody writes, edits, deletes and looks around, until `fallSilent`. */
  talk(): void {
    for (const person of this.#people) {
      this.#timers.push(setInterval(() => {
        if (Math.random() < 0.5) person.act(this.rooms, Math.random);
      }, this.#options.pace / 2));
    }
    this.#timers.push(setInterval(() => {
      this.#retryPoison();
      this.#show(false);
    }, 2_000));
  }

  /** Nobody does anything new. */
  fallSilent(): void {
    this.#timers.splice(0).forEach(clearInterval);
  }

  /** Mends all proxies and waits until all is stored and seen by everyone. */
  async settle(server: string): Promise<void> {
    for (const proxy of this.proxies) proxy.mend();
    for (const { client } of this.#people) client.wake();
    let last = "";
    for (let giveUp = Infinity; Date.now() < giveUp; await wait(200)) {
      this.#retryPoison();
      const heads = await this.#heads(server);
      const unsettled = this.#people.map((person) => person.unsettled(heads))
        .filter((why) => why !== null);
      if (unsettled.length === 0) return this.#show(true);
      const state = unsettled.join();
      if (state !== last) giveUp = Date.now() + STUCK;
      last = state;
    }
    this.#options.log?.(`Nothing moves any more: ${last}`);
    this.#show(true);
  }

  /** Everybody leaves, and the proxies end. */
  end(): void {
    this.fallSilent();
    for (const { client } of this.#people) client.stop();
    for (const proxy of this.proxies) proxy[Symbol.dispose]();
  }

  #retryPoison(): void {
    for (const person of this.#people) this.retries += person.retryPoison();
  }

  #show(settled: boolean): void {
    for (const person of this.#people) person.show(this.rooms, settled);
  }

  async #makeRooms(server: string): Promise<void> {
    for (const name of this.#options.rooms) {
      await this.#ask(server, {
        method: "POST",
        body: JSON.stringify({ name }),
      });
    }
    this.rooms = [...(await this.#heads(server)).keys()];
  }

  /** Each room's newest seq, as the server has it. */
  async #heads(server: string): Promise<Map<string, number>> {
    const { rooms } = await this.#ask(server) as {
      rooms: { id: string; head: number }[];
    };
    return new Map(rooms.map(({ id, head }) => [id, head]));
  }

  async #ask(server: string, init: RequestInit = {}): Promise<unknown> {
    const headers = { authorization: `Bearer ${this.#people[0]!.token}` };
    const response = await fetch(`${server}/api/rooms`, { ...init, headers });
    return await response.json();
  }
}

/** Lets so many milliseconds pass. */
export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
