/**
 * Real processes, sockets and files: people talk through kills of the server,
 * broken and half-open connections, a frozen process and a database that was
 * copied back; then everybody must hold exactly what is in the log.
 */
import {
  DeliveryChecker,
  type DeliveryReport,
} from "../../lib/client/delivery_checker.ts";
import { ServerProcess } from "../support/server.ts";
import { readStoredLog } from "../support/stored_log.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { Person } from "./person.ts";

/** How much is broken, and for how many. */
export interface ChaosOptions {
  people: number;
  /** How often the server is killed with SIGKILL. */
  kills: number;
  /** Told what happens. */
  log?: (line: string) => void;
}

/** What came of it. */
export interface ChaosResult {
  report: DeliveryReport;
  kills: number;
  cuts: number;
  stalls: number;
  freezes: number;
  /** Rows that were set aside as poison and sent again. */
  retries: number;
  entries: number;
}

const ROOMS = ["boats", "workshop"];
const PEOPLE_PER_PROXY = 5;
/** Milliseconds between two things that one person does, on average. */
const PACE = 400;
/** Milliseconds in which everything must have settled after the last fault. */
const SETTLE_TIMEOUT = 120_000;

/** Runs the chaos, and checks delivery before and after the database is copied back. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  await using server = await ServerProcess.start();
  const chaos = new Chaos(server, options);
  try {
    await chaos.assemble();
    await chaos.breakThings();
    await chaos.settle();
    await chaos.copyBack();
    await chaos.settle();
    return await chaos.result();
  } finally {
    chaos.end();
  }
}

class Chaos {
  readonly #server: ServerProcess;
  readonly #options: ChaosOptions;
  readonly #proxies: TcpProxy[] = [];
  readonly #people: Person[] = [];
  readonly #timers: ReturnType<typeof setInterval>[] = [];
  readonly #counts = { kills: 0, cuts: 0, stalls: 0, freezes: 0, retries: 0 };
  #checker = new DeliveryChecker();
  #before: DeliveryReport | undefined;
  #rooms: string[] = [];
  #entries = 0;

  constructor(server: ServerProcess, options: ChaosOptions) {
    this.#server = server;
    this.#options = options;
  }

  /** Everybody enters, and has all rooms on screen. */
  async assemble(): Promise<void> {
    const proxies = Math.ceil(this.#options.people / PEOPLE_PER_PROXY);
    for (let i = 0; i < proxies; i++) {
      this.#proxies.push(new TcpProxy(this.#server.port));
    }
    for (let i = 0; i < this.#options.people; i++) {
      const { url } = this.#proxies[i % proxies]!;
      const options = { name: `Person ${i}`, url, server: this.#server.url };
      this.#people.push(
        await Person.enter({ ...options, checker: this.#checker }),
      );
    }
    await this.#makeRooms();
    for (const { client } of this.#people) {
      for (const room of this.#rooms) client.open(room);
    }
  }

  /** Kills the server again and again, and cuts, stalls and freezes in between. */
  async breakThings(): Promise<void> {
    this.#startActing();
    while (this.#counts.kills < this.#options.kills) {
      await wait(300 + Math.random() * 900);
      this.#breakAProxy();
      if (Math.random() < 0.1) await this.#freeze();
      await wait(Math.random() * 300);
      await this.#server.kill();
      this.#counts.kills++;
      await wait(Math.random() * 200);
      await this.#server.restart();
      if (this.#counts.kills % 10 === 0) {
        this.#options.log?.(`${this.#counts.kills} kills`);
      }
    }
    this.#stopActing();
  }

  /** Mends everything and waits until all is stored and seen by everyone. */
  async settle(): Promise<void> {
    for (const proxy of this.#proxies) proxy.mend();
    for (const { client } of this.#people) client.wake();
    const giveUp = Date.now() + SETTLE_TIMEOUT;
    for (;;) {
      this.#counts.retries += this.#retryPoison();
      const heads = await this.#heads();
      const unsettled = this.#people.map((person) => person.unsettled(heads))
        .find((why) => why !== null);
      if (!unsettled) return this.#show(true);
      if (Date.now() > giveUp) {
        this.#options.log?.(`Not settled in time: ${unsettled}`);
        return this.#show(true);
      }
      await wait(200);
    }
  }

  /**
   * Copies the database, lets people go on, and puts the copy back. What came
   * after the copy is gone; nobody may mix the two histories (L9).
   */
  async copyBack(): Promise<void> {
    await this.#server.stop();
    this.#before = await this.#check();
    const copy = await Deno.makeTempDir();
    await copyFiles(this.#server.data, copy);
    await this.#server.restart();
    this.#startActing();
    await wait(3_000);
    this.#stopActing();
    await this.settle();
    await this.#server.stop();
    await copyFiles(copy, this.#server.data);
    await Deno.remove(copy, { recursive: true });
    this.#checker = new DeliveryChecker();
    for (const person of this.#people) person.checkedBy(this.#checker);
    await this.#server.restart();
    this.#startActing();
    await wait(3_000);
    this.#stopActing();
  }

  /** Compares everything with the log as the files have it. */
  async result(): Promise<ChaosResult> {
    await this.#server.stop();
    const after = await this.#check();
    const report = sum(this.#before!, after);
    return { report, entries: this.#entries, ...this.#counts };
  }

  /** Ends all programs. */
  end(): void {
    this.#stopActing();
    for (const { client } of this.#people) client.stop();
    for (const proxy of this.#proxies) proxy[Symbol.dispose]();
  }

  async #makeRooms(): Promise<void> {
    const [maker] = this.#people;
    const headers = { authorization: `Bearer ${maker!.token}` };
    const url = `${this.#server.url}/api/rooms`;
    for (const name of ROOMS) {
      const body = JSON.stringify({ name });
      await (await fetch(url, { method: "POST", headers, body })).body
        ?.cancel();
    }
    const { rooms } = await (await fetch(url, { headers })).json();
    this.#rooms = rooms.map(({ id }: { id: string }) => id);
  }

  #startActing(): void {
    for (const person of this.#people) {
      this.#timers.push(setInterval(() => {
        if (Math.random() < 0.5) person.act(this.#rooms, Math.random);
      }, PACE / 2));
    }
    this.#timers.push(setInterval(() => {
      this.#counts.retries += this.#retryPoison();
      this.#show(false);
    }, 2_000));
  }

  #stopActing(): void {
    this.#timers.splice(0).forEach(clearInterval);
  }

  #breakAProxy(): void {
    const proxy = this
      .#proxies[Math.floor(Math.random() * this.#proxies.length)]!;
    const isCut = Math.random() < 0.6;
    if (isCut) proxy.cut();
    else proxy.stall();
    this.#counts[isCut ? "cuts" : "stalls"]++;
    // A half-open connection ends when its other end is forgotten.
    setTimeout(() => {
      if (!isCut && Math.random() < 0.5) proxy.cut();
      proxy.mend();
    }, Math.random() * (isCut ? 1_000 : 15_000));
  }

  async #freeze(): Promise<void> {
    this.#server.freeze();
    await wait(500 + Math.random() * 1_500);
    this.#server.thaw();
    this.#counts.freezes++;
  }

  #retryPoison(): number {
    return this.#people.reduce((sum, person) => sum + person.retryPoison(), 0);
  }

  #show(settled: boolean): void {
    for (const person of this.#people) person.show(this.#rooms, settled);
  }

  async #heads(): Promise<Map<string, number>> {
    const [person] = this.#people;
    const headers = { authorization: `Bearer ${person!.token}` };
    const url = `${this.#server.url}/api/rooms`;
    const { rooms } = await (await fetch(url, { headers })).json();
    return new Map(
      rooms.map((room: { id: string; head: number }) => [room.id, room.head]),
    );
  }

  async #check(): Promise<DeliveryReport> {
    const log = await readStoredLog(this.#server.data, this.#rooms);
    this.#entries = 0;
    for (const [room, entries] of log) {
      this.#entries += entries.length;
      this.#checker.log(room, entries);
    }
    return this.#checker.report();
  }
}

async function copyFiles(from: string, to: string): Promise<void> {
  for await (const { name } of Deno.readDir(to)) {
    await Deno.remove(`${to}/${name}`, { recursive: true });
  }
  for await (const { name } of Deno.readDir(from)) {
    await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

function sum(a: DeliveryReport, b: DeliveryReport): DeliveryReport {
  return {
    lost: a.lost + b.lost,
    doubled: a.doubled + b.doubled,
    reordered: a.reordered + b.reordered,
    invented: a.invented + b.invented,
    differing: a.differing + b.differing,
    examples: [...a.examples, ...b.examples],
  };
}

/** Lets so many milliseconds pass. */
export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
