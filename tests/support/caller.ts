/** Someone with a plain socket to a server process. */
import { assertEquals } from "@std/assert";
import type { Entry, ServerFrame } from "../../lib/protocol.ts";
import { until } from "./until.ts";

/** Sends frames, and keeps what comes back. */
export class Caller {
  readonly frames: ServerFrame[] = [];
  readonly socket: WebSocket;
  readonly token: string;
  closed: number | undefined;
  #ref = 0;

  private constructor(url: string, token: string) {
    this.token = token;
    const protocols = ["atoll.v1", `atoll.token.${token}`];
    this.socket = new WebSocket(
      `${url.replace("http", "ws")}/api/ws`,
      protocols,
    );
    this.socket.onmessage = ({ data }) => this.frames.push(JSON.parse(data));
    this.socket.onclose = ({ code }) => this.closed = code;
  }

  /** Enters by one server, and connects to another. */
  static async enter(url: string, at: string, name: string): Promise<Caller> {
    const body = JSON.stringify({ name });
    const response = await fetch(`${url}/api/session`, {
      method: "POST",
      body,
    });
    assertEquals(response.status, 201);
    return await Caller.connect(at, (await response.json()).token);
  }

  /** Connects with the token of a session. */
  static async connect(url: string, token: string): Promise<Caller> {
    const caller = new Caller(url, token);
    await until(() => caller.last("me") !== undefined, "me");
    return caller;
  }

  /** Sends a frame. */
  send(frame: Record<string, unknown>): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** Sends a request and waits for its answer. */
  async ask(frame: Record<string, unknown>): Promise<ServerFrame> {
    const ref = ++this.#ref;
    this.send({ ...frame, ref });
    const find = () =>
      this.frames.find((answer) => "ref" in answer && answer.ref === ref);
    await until(() => find() !== undefined, `an answer to ${frame.type}`);
    return find()!;
  }

  /** The newest frame of a type. */
  last<T extends ServerFrame["type"]>(
    type: T,
  ): Extract<ServerFrame, { type: T }> | undefined {
    return this.frames.findLast((frame) => frame.type === type) as
      | Extract<ServerFrame, { type: T }>
      | undefined;
  }

  /** All entries that came, in the order of their coming. */
  get entries(): Entry[] {
    return this.frames.flatMap((frame) =>
      frame.type === "entries" ? frame.entries : []
    );
  }

  /** The messages among them. */
  get bodies(): string[] {
    return this.entries.flatMap((entry) =>
      entry.kind === "posted" ? [entry.body] : []
    );
  }

  /** Hangs up. */
  async leave(): Promise<void> {
    this.socket.close();
    await until(() => this.closed !== undefined, "the close");
  }
}
