/** What Deno Deploy gives is enough: its Deno, PostgreSQL, and no disk. */
import { assert, assertEquals } from "@std/assert";
import { uuidv7 } from "../lib/client/uuid.ts";
import type { ServerFrame } from "../lib/protocol.ts";
import { build } from "../tasks/build.ts";
import { choosePackages } from "../tasks/packages.ts";
import { DEPLOY_DENO, DeployServer } from "./support/deploy_server.ts";
import { POSTGRES_URL, PostgresStore } from "./support/postgres_store.ts";
import { until } from "./support/until.ts";

/** Someone with a plain socket. */
class Caller {
  readonly frames: ServerFrame[] = [];
  readonly socket: WebSocket;
  closed: number | undefined;

  private constructor(url: string, token: string) {
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
    const caller = new Caller(at, (await response.json()).token);
    await until(() => caller.frames.some(({ type }) => type === "me"), "me");
    return caller;
  }

  send(frame: Record<string, unknown>): void {
    this.socket.send(JSON.stringify(frame));
  }

  get bodies(): string[] {
    return this.frames.flatMap((frame) =>
      frame.type === "entries"
        ? frame.entries.flatMap((entry) =>
          entry.kind === "posted" ? [entry.body] : []
        )
        : []
    );
  }
}

Deno.test({
  name:
    "Two servers as on Deno Deploy share rooms, and stop within what it gives",
  ignore: DEPLOY_DENO === undefined || POSTGRES_URL === undefined,
  fn: async () => {
    assertEquals(await build(await choosePackages()), 0);
    const store = new PostgresStore();
    await store.create();
    const database = `${POSTGRES_URL}/${store.name}`;
    const a = await DeployServer.start(database);
    const b = await DeployServer.start(database);
    try {
      const page = await fetch(`${a.url}/`);
      assertEquals(page.status, 200);
      assert((await page.text()).includes("<html"));
      const ana = await Caller.enter(a.url, a.url, "Ana");
      const omar = await Caller.enter(a.url, b.url, "Omar");
      omar.send({ type: "join", room: "lobby", ref: 1 });
      await until(
        () => omar.frames.some((frame) => "ref" in frame && frame.ref === 1),
        "the room",
      );
      for (const body of ["One", "Two"]) {
        ana.send({ type: "post", room: "lobby", id: uuidv7(), body });
      }
      await until(() => omar.bodies.length === 2, "both messages");
      assertEquals(omar.bodies, ["One", "Two"]);
      assertEquals(await b.stop(), 0);
      await until(() => omar.closed !== undefined, "the close");
      assertEquals(omar.closed, 4000);
      ana.socket.close();
      await until(() => ana.closed !== undefined, "her close");
    } finally {
      await b.stop().catch(() => {});
      await a.stop();
      await store.remove();
    }
  },
});
