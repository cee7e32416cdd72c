/** A whole server over a temporary database, with fake sockets. */
import { Atoll, openAtoll } from "../../lib/app.ts";
import { uuidv7 } from "../../lib/client/uuid.ts";
import type { Config } from "../../lib/config.ts";
import type { Connection } from "../../lib/connection.ts";
import type { ServerFrame } from "../../lib/protocol.ts";
import type { Session } from "../../lib/sessions.ts";
import { FakeSocket } from "./fake_socket.ts";
import { newPlace } from "./places.ts";
import { until } from "./until.ts";

export const TEST_CONFIG: Omit<Config, "data"> = {
  port: 0,
  host: "127.0.0.1",
  postgres: null,
  signals: "",
  synchronous: "FULL",
  retentionDays: null,
  origins: [],
  uploadLimit: 1024 * 1024,
  transport: Deno.env.get("ATOLL_TRANSPORT") === "ws" ? "ws" : "native",
  files: null,
  connectionsPerAddress: 1_000,
  newcomersPerHour: 500,
  roomsPerHour: 60,
  trustProxy: false,
  metricsToken: null,
};

/** Someone connected, who sends frames and looks at what comes back. */
export class Guest {
  readonly socket = new FakeSocket();
  readonly connection: Connection;
  readonly session: Session;
  #ref = 0;

  constructor(atoll: Atoll, session: Session) {
    this.session = session;
    this.connection = atoll.connect(this.socket, session);
  }

  /** Sends a frame. */
  send(frame: Record<string, unknown>): void {
    this.connection.receive(JSON.stringify(frame));
  }

  /** Sends a request and waits for its answer. */
  async ask(frame: Record<string, unknown>): Promise<ServerFrame> {
    const ref = ++this.#ref;
    this.send({ ...frame, ref });
    const find = () =>
      this.socket.frames.find((answer) =>
        "ref" in answer && answer.ref === ref
      );
    await until(() => find() !== undefined, `an answer to ${frame.type}`);
    return find()!;
  }

  /** Posts and waits for the answer. */
  post(body: string, room = "lobby", id = uuidv7()): Promise<ServerFrame> {
    return this.ask({ type: "post", room, id, body });
  }

  /** The newest frame of a type. */
  last<T extends ServerFrame["type"]>(
    type: T,
  ): Extract<ServerFrame, { type: T }> | undefined {
    return this.socket.frames.findLast((frame) => frame.type === type) as
      | Extract<ServerFrame, { type: T }>
      | undefined;
  }
}

/** Runs a test with a server that is stopped and removed afterwards. */
export async function withAtoll(
  test: (
    atoll: Atoll,
    enter: (name: string) => Promise<Guest>,
  ) => Promise<void>,
): Promise<void> {
  const place = await newPlace();
  const atoll = await openAtoll({ ...TEST_CONFIG, ...place.settings });
  try {
    await test(atoll, async (name) => {
      const { token } = await atoll.accounts.enter(name);
      return new Guest(atoll, (await atoll.sessions.find(token))!);
    });
  } finally {
    await atoll.close();
    await place.remove();
  }
}
