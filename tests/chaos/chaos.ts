/**
 * Real processes, sockets and files: people talk through kills of the server,
 * broken and half-open connections, a frozen process and a database that was
 * copied back; then everybody must hold exactly what is in the log.
 */
import type { DeliveryReport } from "../../lib/client/delivery_checker.ts";
import { ServerProcess } from "../support/server.ts";
import { readStoredLog } from "../support/stored_log.ts";
import { Crowd, wait } from "./crowd.ts";

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

/** Milliseconds after which the server is killed even if it stored nothing. */
const IDLE = 5_000;

/** Runs the chaos, and checks delivery before and after the database is copied back. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  await using server = await ServerProcess.start();
  const chaos = new Chaos(server, options);
  try {
    await chaos.assemble();
    await chaos.breakThings();
    await chaos.copyBack();
    return await chaos.result();
  } finally {
    chaos.end();
  }
}

class Chaos {
  readonly #server: ServerProcess;
  readonly #options: ChaosOptions;
  readonly #crowd: Crowd;
  readonly #counts = { kills: 0, cuts: 0, stalls: 0, freezes: 0 };
  #before: DeliveryReport | undefined;
  #entries = 0;

  constructor(server: ServerProcess, options: ChaosOptions) {
    this.#server = server;
    this.#options = options;
    const { people, log } = options;
    this.#crowd = new Crowd({
      ...{ people, log, perProxy: 5, pace: 400 },
      rooms: ["boats", "workshop"],
    });
  }

  /** Everybody comes. */
  async assemble(): Promise<void> {
    await this.#crowd.enter([this.#server]);
  }

  /** Kills the server again and again, and cuts, stalls and freezes in between. */
  async breakThings(): Promise<void> {
    this.#crowd.talk();
    while (this.#counts.kills < this.#options.kills) {
      await this.#store(Math.random() * 2 * this.#options.people);
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
    this.#crowd.fallSilent();
    await this.#crowd.settle(this.#server.url);
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
    await this.#goOn();
    await this.#server.stop();
    await copyFiles(copy, this.#server.data);
    await Deno.remove(copy, { recursive: true });
    this.#crowd.forget();
    await this.#server.restart();
    await this.#goOn();
  }

  /** Compares everything with the log as the files have it. */
  async result(): Promise<ChaosResult> {
    await this.#server.stop();
    const after = await this.#check();
    const report = sum(this.#before!, after);
    const { retries } = this.#crowd;
    return { report, entries: this.#entries, retries, ...this.#counts };
  }

  /** Ends everybody's programs. */
  end(): void {
    this.#crowd.end();
  }

  /** Waits until so many posts more are stored, but not for long. */
  async #store(posts: number): Promise<void> {
    const enough = this.#crowd.acknowledged + posts;
    const giveUp = Date.now() + IDLE;
    while (this.#crowd.acknowledged < enough && Date.now() < giveUp) {
      await wait(20);
    }
  }

  async #goOn(): Promise<void> {
    this.#crowd.talk();
    await this.#store(5 * this.#options.people);
    this.#crowd.fallSilent();
    await this.#crowd.settle(this.#server.url);
  }

  #breakAProxy(): void {
    const { proxies } = this.#crowd;
    const proxy = proxies[Math.floor(Math.random() * proxies.length)]!;
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

  async #check(): Promise<DeliveryReport> {
    const { checker, rooms } = this.#crowd;
    const log = await readStoredLog(this.#server.data, rooms);
    this.#entries = 0;
    for (const [room, entries] of log) {
      this.#entries += entries.length;
      checker.log(room, entries);
    }
    return checker.report();
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
