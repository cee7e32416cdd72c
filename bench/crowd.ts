/** Many connections to one server, and what they say at which pace. */
import { Deliveries } from "./deliveries.ts";
import {
  type Handshake,
  isType,
  type Listener,
  RawSocket,
} from "./raw_socket.ts";
import type { Target } from "./target.ts";

/** Handshakes at a time: a server's queue of them is short. */
const PARALLEL_HANDSHAKES = 64;
/** Milliseconds between two looks at what is due, or done. */
const TICK = 1;
/** Milliseconds without a delivery after which one that is missing is lost. */
const PATIENCE = 10_000;

/** Connections, messages a second and seconds of a warm-up. */
const WARM_UP = { size: 100, perSecond: 500, seconds: 4 };

/** How a crowd is made. */
export interface CrowdOptions {
  /** How many connections, numbered from 0. */
  size: number;
  /** Those below this number count as readers; all, unless given. */
  readers?: number;
  /** Where and as whom a connection comes; the target's, unless given. */
  handshake?: (number: number) => Handshake;
  /** What a connection sends first; the target's `join`, unless given. */
  join?: (number: number) => string | undefined;
  /** What it sends to post the message with this index; the target's `post`, unless given. */
  post?: (number: number, index: number, length: number) => string;
  /** How many readers get each message; all of them, unless given. */
  copies?: number;
}

/** Connections of the load. */
export class Crowd implements Listener {
  readonly sockets: RawSocket[] = [];
  readonly deliveries: Deliveries;
  /** How often which request was refused, by code. */
  readonly refusals: Map<string, number> = new Map();
  /** Joins that were answered, and resets later on. */
  joined = 0;
  /** Messages that the server said are stored. */
  acknowledged = 0;
  /** Told how many people are in the room. */
  onPresence: (count: number) => void = () => {};
  readonly #target: Target;
  readonly #readers: number;
  readonly #handshake: (number: number) => Handshake;
  readonly #post: (number: number, index: number, length: number) => string;

  private constructor(target: Target, options: CrowdOptions) {
    const { size, readers = size, copies = readers } = options;
    this.#target = target;
    this.#readers = readers;
    this.#handshake = options.handshake ??
      ((number) => target.handshake(number));
    this.#post = options.post ??
      ((_, index, length) => target.post(index, length));
    this.deliveries = new Deliveries(copies);
  }

  /** Connects everyone and waits until each is in its room. */
  static async open(target: Target, options: CrowdOptions): Promise<Crowd> {
    const { size, join = () => target.join } = options;
    const crowd = new Crowd(target, options);
    let next = 0;
    const connect = async () => {
      while (next < size) await crowd.#connect(next++, join);
    };
    await Promise.all(Array.from({ length: PARALLEL_HANDSHAKES }, connect));
    await crowd.waitJoined(size);
    return crowd;
  }

  /** Waits until so many joins have been answered. */
  async waitJoined(count: number): Promise<void> {
    await poll(() => this.joined >= count, () => this.joined);
  }

  /** Posts at an even pace, from `posters` connections in turn. */
  async post(options: {
    perSecond: number;
    seconds: number;
    posters: number;
    /** The number of the first of them; 0, unless given. */
    first?: number;
    length?: number;
  }): Promise<void> {
    const { perSecond, seconds, posters, first = 0, length = 0 } = options;
    const total = perSecond * seconds;
    const started = performance.now();
    for (let posted = 0; posted < total;) {
      const due = (performance.now() - started) / 1_000 * perSecond;
      for (; posted < Math.min(due, total); posted++) {
        this.say(first + posted % posters, length);
      }
      await pause(TICK);
    }
  }

  /**
   * Posts as much as is taken: as many messages as `window` are on their way
   * at any time. A poster waits `interval` milliseconds between two.
   */
  async saturate(options: {
    window: number;
    seconds: number;
    /** Numbers of the connections that post in turn: from, and up to. */
    posters: [number, number];
    interval: number;
    length: number;
  }): Promise<void> {
    const { window, seconds, posters: [first, end], interval, length } =
      options;
    const free: number[] = new Array(end).fill(0);
    const stop = performance.now() + seconds * 1_000;
    let poster = first;
    for (let now; (now = performance.now()) < stop;) {
      while (this.deliveries.open < window && free[poster]! <= now) {
        free[poster] = now + interval;
        this.say(poster, length);
        poster = poster + 1 < end ? poster + 1 : first;
      }
      await pause(TICK);
    }
  }

  /** One connection posts the next message. */
  say(number: number, length = 0): void {
    const index = this.deliveries.send();
    this.sockets[number]!.send(this.#post(number, index, length));
  }

  /** Waits until each message has reached each reader; throws unless that is once. */
  async delivered(): Promise<void> {
    const { deliveries } = this;
    try {
      await poll(() => deliveries.open === 0, () => deliveries.received);
    } catch (cause) {
      const message = `${deliveries.open} of ${deliveries.sent} messages ` +
        `did not reach everybody; ${this.#troubles()}`;
      throw new Error(message, { cause });
    }
    if (deliveries.excess > 0) {
      throw new Error(`${deliveries.excess} deliveries came twice`);
    }
  }

  /** Ends all connections. */
  end(): void {
    for (const socket of this.sockets) socket.end();
  }

  marked(index: number, socket: RawSocket): void {
    if (socket.number < this.#readers) this.deliveries.arrived(index);
  }

  frame(head: Uint8Array, socket: RawSocket): void {
    const reply = this.#target.reply?.(head);
    if (reply !== undefined) socket.send(reply);
    if (isType(head, "ent")) return;
    if (isType(head, "posted")) this.acknowledged++;
    else if (isType(head, "presence")) this.#presence(head);
    else if (isType(head, "error")) this.#refused(head);
    else if (this.#target.isJoined(head)) this.joined++;
  }

  /** Whoever falls far behind is reset (D2); what was refused; who was closed. */
  #troubles(): string {
    const closed = this.sockets.flatMap(({ closed }) =>
      closed ? [`${closed.code} ${closed.reason}`] : []
    );
    const refused = [...this.refusals].map(([code, count]) =>
      `${count} × ${code}`
    );
    const resets = this.joined - this.sockets.length;
    return `reset to the newest messages: ${resets}; refused: ${
      refused.join(", ") || "none"
    }; ` +
      `closed: ${closed.length} ${[...new Set(closed)].join(", ")}`;
  }

  async #connect(
    number: number,
    join: (number: number) => string | undefined,
  ): Promise<void> {
    const socket = await RawSocket.open(this.#handshake(number), this, number);
    this.sockets[number] = socket;
    const frame = join(number);
    if (frame !== undefined) socket.send(frame);
  }

  #presence(head: Uint8Array): void {
    const count = /"count":(\d+)\D/.exec(new TextDecoder().decode(head))?.[1];
    if (count) this.onPresence(Number(count));
  }

  #refused(head: Uint8Array): void {
    const code = /"code":"(\w+)/.exec(new TextDecoder().decode(head))?.[1];
    const key = code ?? "unreadable";
    this.refusals.set(key, (this.refusals.get(key) ?? 0) + 1);
  }
}

/** Lets a server compile what it needs, in a room that is empty again afterwards. */
export async function warmUp(target: Target): Promise<void> {
  const { size, ...flow } = WARM_UP;
  const crowd = await Crowd.open(target, { size });
  await crowd.post({ ...flow, posters: size });
  await crowd.delivered();
  crowd.end();
}

/** Waits for a condition; throws when nothing progresses any more. */
export async function poll(
  condition: () => boolean,
  progress: () => number,
): Promise<void> {
  let last = progress();
  let since = performance.now();
  while (!condition()) {
    await pause(TICK);
    const now = performance.now();
    if (progress() !== last) {
      last = progress();
      since = now;
    } else if (now - since > PATIENCE) {
      throw new Error(`No progress beyond ${last}: ${condition}`);
    }
  }
}

/** Milliseconds. */
export function pause(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time));
}
