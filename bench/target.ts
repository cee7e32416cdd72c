/** A server under load, whatever it speaks. */
import { ServerProcess } from "../tests/support/server.ts";
import { uuidv7 } from "../lib/client/uuid.ts";
import type { BenchOptions } from "./row.ts";
import { type Handshake, isType, markedText } from "./raw_socket.ts";

/** How to connect to a server, come into a room and say something there. */
export interface Target {
  /** Of the process whose time and memory are measured. */
  readonly pid: number;
  readonly port: number;
  /** Connections with the same remainder may belong to the same person. */
  handshake(number: number): Handshake;
  /** What a new connection sends, if anything, to be in the room. */
  readonly join: string | undefined;
  /** Whether this frame says that its connection is in the room. */
  isJoined(head: Uint8Array): boolean;
  /** A frame that posts the message with this index, at least `length` long. */
  post(index: number, length: number): string;
  /** What must be answered to a frame, if anything. */
  reply?(head: Uint8Array): string | undefined;
  stop(): Promise<void>;
}

/** All of the load has one address, and one person makes all rooms. */
const UNLIMITED = {
  ATOLL_CONNECTIONS_PER_ADDRESS: "1000000",
  ATOLL_NEWCOMERS_PER_HOUR: "1000000",
  ATOLL_ROOMS_PER_HOUR: "1000000",
};

/** Settings of a server that limits nobody of the load. */
export function unlimited(
  { transport }: Pick<BenchOptions, "transport">,
): Record<string, string> {
  return { ...UNLIMITED, ATOLL_TRANSPORT: transport };
}

/** Requests at a time. */
const PARALLEL = 20;
/** So that no connection stays open and is counted among the load's. */
const ONCE = { connection: "close" };

/** The built server as a process of its own, with people and a room. */
export class AtollTarget implements Target {
  readonly #server: ServerProcess;
  readonly #tokens: string[];
  /** Id of the room. */
  readonly room: string;

  private constructor(server: ServerProcess, tokens: string[], room: string) {
    this.#server = server;
    this.#tokens = tokens;
    this.room = room;
  }

  /** Starts a server that nobody uses yet, and lets people in. */
  static async start(
    people: number,
    settings: Record<string, string>,
  ): Promise<AtollTarget> {
    await using starting = new AsyncDisposableStack();
    const server = starting.use(await ServerProcess.start(settings));
    const tokens = await inParallel(
      people,
      (i) => enter(server.url, `Person ${i}`),
    );
    const room = await makeRoom(server.url, tokens[0]!, "Benchmark");
    // Else each one's first post is two writes, which is not what is measured.
    await inParallel(people, (i) => follow(server.url, tokens[i]!, room));
    starting.move();
    return new AtollTarget(server, tokens, room);
  }

  get pid(): number {
    return this.#server.pid;
  }

  get port(): number {
    return this.#server.port;
  }

  /** Of one of the people. */
  get token(): string {
    return this.#tokens[0]!;
  }

  get join(): string {
    return joinFrame(this.room);
  }

  handshake(number: number): Handshake {
    const token = this.#tokens[number % this.#tokens.length]!;
    const headers = { authorization: `Bearer ${token}` };
    return { port: this.port, path: "/api/ws", headers };
  }

  isJoined(head: Uint8Array): boolean {
    return isType(head, "mes") || isAnswer(head);
  }

  post(index: number, length: number): string {
    return postFrame(this.room, index, length);
  }

  /** One of the people makes a further room; gives its id. */
  makeRoom(name: string, person = 0): Promise<string> {
    return makeRoom(this.#server.url, this.#tokens[person]!, name);
  }

  /** Stops the server and removes its data. */
  async stop(): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** Puts a room on the screen. */
export function joinFrame(room: string): string {
  return JSON.stringify({ type: "join", room });
}

/** Posts the message with this index. */
export function postFrame(room: string, index: number, length = 0): string {
  const body = markedText(index, length);
  return JSON.stringify({ type: "post", room, id: uuidv7(), body });
}

/** A resumed join is answered by entries that repeat the `ref`. */
function isAnswer(head: Uint8Array): boolean {
  return head[2] === "r".charCodeAt(0);
}

/** Calls `one` for 0 to `count` - 1, some at a time. */
export async function inParallel<T>(
  count: number,
  one: (index: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const work = async () => {
    for (let i; (i = next++) < count;) results[i] = await one(i);
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return results;
}

async function enter(url: string, name: string): Promise<string> {
  const body = JSON.stringify({ name });
  const { token } = await postJson(`${url}/api/session`, { body });
  return token;
}

async function makeRoom(
  url: string,
  token: string,
  name: string,
): Promise<string> {
  const headers = { authorization: `Bearer ${token}` };
  const body = JSON.stringify({ name });
  const { room } = await postJson(`${url}/api/rooms`, { body, headers });
  return room.id;
}

async function follow(
  url: string,
  token: string,
  room: string,
): Promise<void> {
  const response = await fetch(`${url}/api/rooms/${room}/membership`, {
    method: "PUT",
    headers: { ...ONCE, authorization: `Bearer ${token}` },
  });
  if (!response.ok) throw new Error(`${url}: ${await response.text()}`);
}

async function postJson(
  url: string,
  init: { body: string; headers?: Record<string, string> },
) {
  const headers = { ...ONCE, ...init.headers };
  const response = await fetch(url, { ...init, headers, method: "POST" });
  if (!response.ok) throw new Error(`${url}: ${await response.text()}`);
  return await response.json();
}
