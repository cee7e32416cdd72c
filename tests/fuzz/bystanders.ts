/** A few ordinary people who chat meanwhile, and must not notice anything. */
import {
  DeliveryChecker,
  type DeliveryReport,
  FINDINGS,
} from "../../lib/client/delivery_checker.ts";
import { Person } from "../chaos/person.ts";
import type { Random } from "../simulation/random.ts";
import type { ServerProcess } from "../support/server.ts";
import { readStoredLog } from "../support/stored_log.ts";
import type { Findings } from "./findings.ts";
import { ask, jsonOf } from "./http.ts";
import { SocketPeer } from "./socket_peer.ts";

const NAMES = ["Ana", "Omar", "Mei", "Robin"];

/** Milliseconds between two things that one of them does. */
const PACE = 60;

/** Milliseconds in which all must have seen all once nobody writes any more. */
const SETTLE_TIMEOUT = 30_000;

/** People with the real client, in rooms of their own and in the lobby. */
export class Bystanders {
  readonly #server: ServerProcess;
  readonly #findings: Findings;
  readonly #checker = new DeliveryChecker();
  readonly #people: Person[] = [];
  /** Rooms in which they write. */
  readonly #own: string[] = [];
  readonly #shown: string[] = [];
  #hasLeft = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(server: ServerProcess, findings: Findings) {
    this.#server = server;
    this.#findings = findings;
  }

  /** Lets them in, and chat from now on. */
  static async enter(
    server: ServerProcess,
    findings: Findings,
    random: Random,
  ): Promise<Bystanders> {
    const all = new Bystanders(server, findings);
    const { url } = server;
    for (const name of NAMES) {
      const options = { name, url, server: url, checker: all.#checker };
      all.#people.push(await Person.enter(options));
    }
    await all.#makeRooms();
    for (const person of all.#people) {
      for (const room of all.#shown) person.client.open(room);
      all.#watch(person);
    }
    all.#timer = setInterval(() => all.#act(random), PACE);
    return all;
  }

  /** They stop writing; waits until each has seen all. */
  async settle(): Promise<void> {
    clearInterval(this.#timer);
    const giveUp = Date.now() + SETTLE_TIMEOUT;
    for (;;) {
      const heads = await this.#heads();
      const why = this.#people.map((person) => person.unsettled(heads))
        .find((why) => why !== null);
      if (!why) return;
      if (Date.now() > giveUp) return this.#findings.add("disturbed", why);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** They go; `compare` makes sense once the server has stopped. */
  leave(): void {
    clearInterval(this.#timer);
    this.#hasLeft = true;
    this.#show(true);
    for (const { client } of this.#people) client.stop();
  }

  /** Compares what they saw with the log on disk. */
  async compare(): Promise<void> {
    const log = await readStoredLog(this.#server.data, this.#shown);
    for (const [room, entries] of log) this.#checker.log(room, entries);
    const report: DeliveryReport = this.#checker.report();
    const total = FINDINGS.reduce((sum, kind) => sum + report[kind], 0);
    if (total === 0) return;
    this.#findings.add("disturbed", report.examples.join("\n"), total);
  }

  #act(random: Random): void {
    random.pick(this.#people).act(this.#own, () => random.next());
    if (random.chance(0.05)) this.#show(false);
  }

  #show(settled: boolean): void {
    for (const person of this.#people) person.show(this.#shown, settled);
  }

  /** A connection that ends is a disturbance, though nothing is lost by it. */
  #watch({ name, client }: Person): void {
    let wasOpen = false;
    client.subscribe(() => {
      const isOpen = client.readyState === 1;
      const isLost = wasOpen && !isOpen && !this.#hasLeft;
      if (isLost) this.#findings.add("disturbed", `${name} was cut off`);
      wasOpen = isOpen;
    });
  }

  async #makeRooms(): Promise<void> {
    const [maker, ...others] = this.#people;
    for (const [name, kind] of [["Square", "open"], ["Cellar", "private"]]) {
      const json = { name, kind };
      const made = await this.#ask(maker!, "POST", "/api/rooms", json);
      const { id } = jsonOf(made).room;
      this.#own.push(id);
      for (const { token } of others) {
        const session = await ask(this.#server.port, "GET", "/api/session", {
          token,
        });
        const path = `/api/rooms/${id}/people/${jsonOf(session).person.id}`;
        await this.#ask(maker!, "PUT", path);
      }
    }
    const lobby = await this.#ask(maker!, "GET", "/api/rooms/lobby");
    this.#shown.push(...this.#own, jsonOf(lobby).room.id);
  }

  /** The newest seqs as a new connection is told. */
  async #heads(): Promise<Map<string, number>> {
    const { token } = this.#people[0]!;
    const socket = await SocketPeer.open(this.#server.port, token);
    if (typeof socket === "number") throw new Error(`No socket: ${socket}`);
    const heads = new Map<string, number>();
    await socket.until((frame) => {
      if (frame.type !== "me") return false;
      for (const { room, head } of frame.rooms) heads.set(room, head);
      return true;
    });
    await socket.close();
    return heads;
  }

  #ask({ token }: Person, method: string, path: string, json?: unknown) {
    return ask(this.#server.port, method, path, { token, json });
  }
}
