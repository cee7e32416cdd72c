/** Devices of people: real clients on a server in this process, which can crash. */
import { join } from "node:path";
import { type Atoll, openAtoll } from "../../lib/app.ts";
import { ChatClient, type SocketLike } from "../../lib/client/chat_client.ts";
import type { ClientFrame } from "../../lib/protocol.ts";
import type { Connection } from "../../lib/connection.ts";
import { TEST_CONFIG } from "./atoll.ts";
import { until } from "./until.ts";

/** A server over a folder of its own, and those who are connected to it. */
export class Town {
  atoll!: Atoll;
  /** Told of every frame of a device in the order in which the server gets them. */
  onFrame: (frame: ClientFrame) => void = () => {};
  readonly #folders: string[] = [];
  readonly #wires = new Set<Wire>();

  static async open(): Promise<Town> {
    const town = new Town();
    await town.#open(await Deno.makeTempDir());
    return town;
  }

  /** A device with the session of a token; it is not started. */
  device(token: string): ChatClient {
    return new ChatClient({
      url: "ws://test/api/ws",
      createSocket: () => {
        const wire = new Wire(this, token);
        this.#wires.add(wire);
        return wire;
      },
      checkSession: () => Promise.resolve("unreachable"),
    });
  }

  /** Cuts all connections. */
  cut(): void {
    for (const wire of this.#wires) wire.cut();
    this.#wires.clear();
  }

  /** Waits until all that devices sent is carried out. */
  async handled(): Promise<void> {
    for (const wire of this.#wires) await wire.handled();
  }

  /** Stops the server, which writes what it has not yet, and starts it again. */
  async restart(): Promise<void> {
    await this.atoll.close();
    this.cut();
    await this.#open(this.#folders.at(-1)!);
  }

  /** Goes on from what is on disk now, as after a loss of power. */
  async crash(): Promise<void> {
    const from = this.#folders.at(-1)!;
    const to = await Deno.makeTempDir();
    // The log of writes first: what a checkpoint moves meanwhile is in both.
    for (const name of ["atoll.db-wal", "atoll.db"]) {
      await Deno.copyFile(join(from, name), join(to, name));
    }
    const gone = this.atoll;
    this.cut();
    await this.#open(to);
    await gone.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await this.atoll.close();
    for (const folder of this.#folders) {
      await Deno.remove(folder, { recursive: true });
    }
  }

  async #open(data: string): Promise<void> {
    if (!this.#folders.includes(data)) this.#folders.push(data);
    this.atoll = await openAtoll({ ...TEST_CONFIG, data });
  }
}

/** A socket that needs no network. */
class Wire implements SocketLike {
  readyState = 0;
  readonly bufferedAmount = 0;
  onopen: SocketLike["onopen"] = null;
  onmessage: SocketLike["onmessage"] = null;
  onerror: SocketLike["onerror"] = null;
  onclose: SocketLike["onclose"] = null;
  readonly #town: Town;
  #connection: Connection | undefined;
  #lastAnswer = "";

  constructor(town: Town, token: string) {
    this.#town = town;
    void this.#open(token);
  }

  send(text: string): void {
    if (this.readyState !== 1) throw new Error("Not open");
    this.#town.onFrame(JSON.parse(text));
    this.#connection!.receive(text);
  }

  close(): void {
    this.cut();
  }

  /** Frames of a connection are carried out in order: the last answer tells. */
  async handled(): Promise<void> {
    if (this.readyState !== 1) return;
    const ref = crypto.randomUUID();
    this.#connection!.receive(JSON.stringify({ type: "ping", ref }));
    await until(() => this.readyState !== 1 || this.#lastAnswer.includes(ref));
  }

  cut(code = 1006): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.#connection?.ended(code);
    const event = { code, reason: "", wasClean: false };
    this.onclose?.(Object.assign(new Event("close"), event) as never);
  }

  async #open(token: string): Promise<void> {
    const { atoll } = this.#town;
    const session = await atoll.sessions.find(token).catch(() => null);
    if (this.readyState === 3) return;
    if (session === null || atoll.isStopping) return this.cut();
    this.readyState = 1;
    this.#connection = atoll.connect({
      bufferedAmount: 0,
      send: (data) => queueMicrotask(() => this.#receive(data)),
      close: (code) => queueMicrotask(() => this.cut(code)),
      terminate: () => this.cut(),
    }, session);
    this.onopen?.(new Event("open"));
  }

  #receive(data: string): void {
    if (this.readyState !== 1) return;
    if (data.startsWith('{"type":"pong"')) this.#lastAnswer = data;
    this.onmessage?.(new MessageEvent("message", { data }));
  }
}

/** Waits until a device is connected, trying at once. */
export async function reconnected(client: ChatClient): Promise<void> {
  await until(() => {
    if (client.status !== "connected") client.wake();
    return client.status === "connected";
  }, "the connection");
}
