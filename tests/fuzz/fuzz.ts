/**
 * Strange input for a real server: frames, bytes and requests by the thousand,
 * while ordinary people chat. Each visit follows from the seed and its number.
 */
import { Random } from "../simulation/random.ts";
import { routes } from "../support/routes.ts";
import { ServerProcess } from "../support/server.ts";
import { Bystanders } from "./bystanders.ts";
import { unknownRoutes } from "./examples.ts";
import { Findings } from "./findings.ts";
import { compare, GAUGED, type Levels, measure } from "./gauges.ts";
import { ask } from "./http.ts";
import type { Peer } from "./peer.ts";
import { visit } from "./visits.ts";
import { World } from "./world.ts";

/** How much is tried, and on what. */
export interface FuzzOptions {
  inputs: number;
  seed: number;
  /** Only this visit of the seed. */
  visit?: number;
  /** The server's `ATOLL_TRANSPORT`, or its default. */
  transport?: string;
  /** A module that the server loads first: a mistake, to be noticed. */
  preload?: string;
  /** Milliseconds in which the server must let go of what it held; 40 s unless given. */
  patience?: number;
  /** Told how far it is. */
  log?: (line: string) => void;
}

/** What came of it. */
export interface FuzzResult {
  inputs: number;
  findings: Findings;
  /** Held by the server after the first inputs, and at the end. */
  levels: { before: Levels; after: Levels } | null;
}

const PATIENCE = 40_000;
/** Milliseconds in which `/healthz` must have answered with 200 once. */
const UNWELL = 20_000;
/** Visits at a time. */
const LANES = 6;
/** Part of the inputs after which the server is warm, and the most of them. */
const WARM_UP = { part: 0.25, most: 10_000 };
/** Visits after which the place is put in order again. */
const MEND_EVERY = 400;

/** Runs until so many inputs were made, or the server has ended. */
export async function runFuzz(options: FuzzOptions): Promise<FuzzResult> {
  const findings = new Findings();
  const known = await routes();
  const unknown = unknownRoutes(known);
  if (unknown.length > 0) throw new Error(`No example for ${unknown}`);
  await using server = await ServerProcess.start({
    ATOLL_TRUST_PROXY: "true",
    ...options.transport && { ATOLL_TRANSPORT: options.transport },
  }, {
    flags: [
      ...GAUGED.flags,
      ...options.preload ? [`--preload=${options.preload}`] : [],
    ],
    onComplaint: (text) => complain(findings, text),
  });
  return await new Run(server, options, known, findings).run();
}

/** Lines that start at the margin: the others are of the same complaint. */
function complain(findings: Findings, text: string): void {
  for (const line of text.split("\n")) {
    if (/^\S/.test(line)) findings.add("errors", `The server says: ${line}`);
  }
}

class Run {
  readonly #server: ServerProcess;
  readonly #options: FuzzOptions;
  readonly #routes: readonly string[];
  readonly #findings: Findings;
  #inputs = 0;
  #visits = 0;
  #hasEnded = false;
  #mending: Promise<void> | undefined;

  constructor(
    server: ServerProcess,
    options: FuzzOptions,
    routes: readonly string[],
    findings: Findings,
  ) {
    this.#server = server;
    this.#options = options;
    this.#routes = routes;
    this.#findings = findings;
  }

  async run(): Promise<FuzzResult> {
    const { seed, inputs } = this.#options;
    const watch = this.#watchProcess();
    const world = await World.make(this.#server);
    const random = new Random(seed);
    const people = await Bystanders.enter(this.#server, this.#findings, random);
    const health = this.#watchHealth();
    let levels: FuzzResult["levels"] = null;
    try {
      const cold = await measure(this.#server);
      const warm = Math.min(inputs * WARM_UP.part, WARM_UP.most);
      await this.#fuzz(world, warm);
      // Caches fill up first; what is open is counted from the very start.
      const { heap, rss } = await measure(this.#server);
      const before = { ...cold, heap, rss };
      await this.#fuzz(world, inputs);
      await people.settle();
      const after = await compare(
        this.#server,
        before,
        this.#findings,
        this.#options.patience ?? PATIENCE,
      );
      levels = { before, after };
    } catch (error) {
      if (!this.#hasEnded) throw error;
    } finally {
      await health();
      people.leave();
    }
    watch();
    await this.#server.stop();
    await people.compare();
    return { inputs: this.#inputs, findings: this.#findings, levels };
  }

  /** Makes visits, some at a time, until there were so many inputs in all. */
  async #fuzz(world: World, inputs: number): Promise<void> {
    const held: Peer[] = [];
    const lane = async () => {
      while (this.#inputs < inputs && !this.#hasEnded) {
        await this.#mending;
        const number = this.#options.visit ?? this.#visits++;
        const made = await this.#visit(world, held, number);
        this.#inputs += made;
        if (number % MEND_EVERY === MEND_EVERY - 1) {
          this.#mending = world.mend();
        }
      }
    };
    const lanes = this.#options.visit === undefined ? LANES : 1;
    try {
      await Promise.all(Array.from({ length: lanes }, lane));
    } finally {
      for (const peer of held) await peer.close();
    }
    await this.#mending;
  }

  async #visit(world: World, held: Peer[], number: number): Promise<number> {
    const { seed, log } = this.#options;
    if (number % 500 === 499) log?.(`${this.#inputs} inputs`);
    const onError = (what: string) => {
      if (this.#hasEnded) return;
      this.#findings.add(
        "errors",
        `${what} (--seed=${seed} --visit=${number})`,
      );
    };
    const random = new Random(Math.imul(seed, 0x9e3779b1) + number);
    const options = { random, world, routes: this.#routes, held, onError };
    try {
      return await visit(options);
    } catch (error) {
      if (this.#hasEnded) return 0;
      throw error;
    }
  }

  /** Counts the end of the process, unless the returned function was called before. */
  #watchProcess(): () => void {
    let isWatching = true;
    void this.#server.ended.then(({ code, signal }) => {
      if (!isWatching) return;
      this.#hasEnded = true;
      const seen = `about visit ${this.#visits} of seed ${this.#options.seed}`;
      this.#findings.add("crashed", `It ended with ${signal ?? code} ${seen}`);
    });
    return () => isWatching = false;
  }

  /**
   * Asks again and again whether the server does its work, and counts when it
   * says no for long: a busy machine may be slow. The returned function ends that.
   */
  #watchHealth(): () => Promise<void> {
    let isOver = false;
    let wellAt = Date.now();
    const asking = (async () => {
      while (!isOver && !this.#hasEnded) {
        const answer = await ask(this.#server.port, "GET", "/healthz")
          .catch(() => null);
        if (answer?.status === 200) wellAt = Date.now();
        else if (Date.now() - wellAt > UNWELL && !this.#hasEnded) {
          const said = answer ? `${answer.status} ${answer.text}` : "nothing";
          this.#findings.add("errors", `/healthz: ${said}`);
          wellAt = Date.now();
        }
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    })();
    return () => {
      isOver = true;
      return asking;
    };
  }
}
