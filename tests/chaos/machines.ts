/**
 * Several real servers over one PostgreSQL, of which people use now this, now
 * that one, while servers are killed and frozen, the database's connections are
 * cut, and the signals' server is killed: then everybody must hold exactly what
 * is in the log.
 */
import type { DeliveryReport } from "../../lib/client/delivery_checker.ts";
import { PostgresServer } from "../../tasks/postgres.ts";
import { NatsServer } from "../support/nats_server.ts";
import { execute, settingsOf } from "../support/postgres_store.ts";
import { ServerProcess } from "../support/server.ts";
import { readStoredLog } from "../support/stored_log.ts";
import type { TcpProxy } from "../support/tcp_proxy.ts";
import { Crowd, wait } from "./crowd.ts";

/** By what machines tell each other what is new. */
export type SignalsKind = "postgres" | "nats" | "sweep";

/** How much is broken, and for how many. */
export interface MachinesOptions {
  machines: number;
  signals: SignalsKind;
  people: number;
  /** How many things are broken, one after another. */
  faults: number;
  /** Told what happens. */
  log?: (line: string) => void;
}

/** What came of it. */
export interface MachinesResult {
  report: DeliveryReport;
  entries: number;
  /** How often each thing was broken. */
  faults: Record<string, number>;
}

const DATABASE = "postgres";

/** Runs the chaos, and checks what everybody got. */
export async function runMachines(
  options: MachinesOptions,
): Promise<MachinesResult> {
  const town = new Town(options);
  try {
    await town.build();
    await town.assemble();
    await town.breakThings();
    return await town.result();
  } finally {
    await town.end();
  }
}

class Town {
  readonly #options: MachinesOptions;
  readonly #crowd: Crowd;
  readonly #machines: ServerProcess[] = [];
  readonly #mending = new Set<Promise<void>>();
  readonly #counts: Record<string, number> = {};
  #postgres: PostgresServer | undefined;
  #nats: NatsServer | undefined;

  constructor(options: MachinesOptions) {
    this.#options = options;
    const { people, log } = options;
    this.#crowd = new Crowd({
      ...{ people, log, perProxy: 4, pace: 600 },
      rooms: ["boats", "workshop", "garden"],
    });
  }

  /** Starts the servers. */
  async build(): Promise<void> {
    const { machines, signals } = this.#options;
    this.#postgres = await PostgresServer.start();
    if (signals === "nats") this.#nats = await NatsServer.start();
    const env = {
      ATOLL_DATABASE_URL: `${this.#postgres!.url}/${DATABASE}`,
      ATOLL_SIGNALS_URL: this.#nats?.url ?? (signals === "sweep" ? "none" : ""),
    };
    for (let i = 0; i < machines; i++) {
      // What they say of the faults is no news.
      const options = { onComplaint: () => {} };
      this.#machines.push(await ServerProcess.start(env, options));
    }
  }

  /** Everybody comes, each by some machine. */
  async assemble(): Promise<void> {
    await this.#crowd.enter(this.#machines);
  }

  /** Breaks one thing after another; what is broken is mended meanwhile. */
  async breakThings(): Promise<void> {
    this.#crowd.talk();
    for (let i = 0; i < this.#options.faults; i++) {
      await wait(300 + Math.random() * 1_200);
      const faults = Object.entries(this.#faults());
      const [name, fault] = faults[i % faults.length]!;
      this.#counts[name] = (this.#counts[name] ?? 0) + 1;
      const mending: Promise<void> = fault().catch((error) =>
        this.#options.log?.(`${name}: ${error}`)
      ).finally(() => this.#mending.delete(mending));
      this.#mending.add(mending);
      // At least one machine stays up.
      if (this.#mending.size >= this.#machines.length - 1) {
        await Promise.race(this.#mending);
      }
      if ((i + 1) % 10 === 0) this.#options.log?.(`${i + 1} faults`);
    }
    await Promise.all(this.#mending);
    this.#crowd.fallSilent();
    await this.#crowd.settle(this.#machines[0]!.url);
  }

  /** Compares everything with the log as the database has it. */
  async result(): Promise<MachinesResult> {
    const postgres = settingsOf(DATABASE, this.#postgres!.url);
    const { checker, rooms } = this.#crowd;
    const log = await readStoredLog("", rooms, postgres);
    for (const [room, entries] of log) checker.log(room, entries);
    const entries = [...log.values()].flat().length;
    return { report: checker.report(), entries, faults: this.#counts };
  }

  /** Ends all programs. */
  async end(): Promise<void> {
    this.#crowd.end();
    await Promise.all(this.#mending);
    for (const machine of this.#machines) await machine[Symbol.asyncDispose]();
    await this.#nats?.[Symbol.asyncDispose]();
    await this.#postgres?.remove();
  }

  #faults(): Record<string, () => Promise<void>> {
    return {
      kills: () => this.#kill(),
      freezes: () => this.#freeze(),
      moves: () => Promise.resolve(this.#move()),
      "cuts of the database": () => this.#cutDatabase(),
      ...this.#nats && { "kills of NATS": () => this.#killNats(this.#nats!) },
      "cuts of people": () => this.#cutPeople(),
    };
  }

  async #kill(): Promise<void> {
    const machine = this.#someMachine();
    await machine.kill();
    // Some go elsewhere, some wait until it is back.
    for (const proxy of this.#crowd.proxies) {
      const isHere = proxy.target === machine.port;
      if (isHere && Math.random() < 0.5) this.#moveOne(proxy);
    }
    await wait(Math.random() * 1_000);
    await start(machine);
  }

  async #freeze(): Promise<void> {
    const machine = this.#someMachine();
    machine.freeze();
    await wait(500 + Math.random() * 4_000);
    machine.thaw();
  }

  #move(): void {
    this.#moveOne(
      this.#crowd.proxies[this.#random(this.#crowd.proxies.length)]!,
    );
  }

  #moveOne(proxy: TcpProxy): void {
    proxy.target = this.#someMachine().port;
    proxy.cut();
    proxy.mend();
  }

  async #cutDatabase(): Promise<void> {
    await execute(
      settingsOf(DATABASE, this.#postgres!.url),
      "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'",
    );
  }

  async #killNats(nats: NatsServer): Promise<void> {
    if (Math.random() < 0.5) {
      nats.freeze();
      await wait(Math.random() * 3_000);
      nats.thaw();
    }
    await nats.kill();
    await wait(Math.random() * 2_000);
    await nats.restart();
  }

  async #cutPeople(): Promise<void> {
    const proxy = this.#crowd
      .proxies[this.#random(this.#crowd.proxies.length)]!;
    const isCut = Math.random() < 0.5;
    if (isCut) proxy.cut();
    else proxy.stall();
    await wait(Math.random() * 3_000);
    if (!isCut) proxy.cut();
    proxy.mend();
  }

  #someMachine(): ServerProcess {
    const up = this.#machines.filter(({ isRunning }) => isRunning);
    return up[this.#random(up.length)]!;
  }

  #random(below: number): number {
    return Math.floor(Math.random() * below);
  }
}

/** As a supervisor does: one that finds the database cut off ends, and is started again. */
async function start(machine: ServerProcess): Promise<void> {
  for (let tries = 5;; tries--) {
    try {
      return await machine.restart();
    } catch (error) {
      if (tries === 0) throw error;
      await machine.kill();
    }
  }
}
