/** The whole app over a temporary database, asked through its handler or the network. */
import { Builder } from "fresh/dev";
import type { Atoll } from "../../lib/app.ts";
import { openAtoll } from "../../lib/app.ts";
import type { Config } from "../../lib/config.ts";
import * as natively from "../../lib/transports/native.ts";
import * as byNode from "../../lib/transports/node.ts";
import { createApp } from "../../main.ts";
import { TEST_CONFIG } from "./atoll.ts";
import { newPlace } from "./places.ts";

const root = decodeURIComponent(new URL("../..", import.meta.url).pathname);
let snapshot: ReturnType<Builder["build"]> | undefined;

/** What a test of HTTP needs. */
export interface RunningApp {
  atoll: Atoll;
  /** Asks the app without a network; redirects are not followed. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** Address of the app on the network, without a slash at its end. */
  url: string;
  /** A guest's session, as a `Cookie` header's value. */
  enter(name: string): Promise<string>;
}

/** A test of what both servers must do, once on each. */
export function testOnTransports(
  name: string,
  test: (app: RunningApp) => Promise<void>,
  settings: Partial<Config> = {},
): void {
  for (const transport of ["native", "ws"] as const) {
    Deno.test(
      `${name} (${transport})`,
      () => withApp(test, { ...settings, transport }),
    );
  }
}

/** Runs a test with the app, which is stopped and removed afterwards. */
export async function withApp(
  test: (app: RunningApp) => Promise<void>,
  settings: Partial<Config> = {},
): Promise<void> {
  const applySnapshot = await (snapshot ??= new Builder({ root })
    .build({ snapshot: "memory" }));
  const place = await newPlace();
  const atoll = await openAtoll({
    ...TEST_CONFIG,
    ...settings,
    ...place.settings,
  });
  const app = createApp(() => Promise.resolve(atoll));
  applySnapshot(app);
  const handler = app.handler();
  const { config } = atoll;
  const { listen } = config.transport === "ws" ? byNode : natively;
  const perAddress = config.trustProxy ? null : config.connectionsPerAddress;
  const where = { port: 0, host: "0.0.0.0", perAddress };
  const server = await listen(where, handler);
  const url = `http://localhost:${server.port}`;
  try {
    await test({
      atoll,
      url,
      request: (path, init) => handler(new Request(url + path, init)),
      enter: async (name) => {
        const { token } = await atoll.accounts.enter(name);
        return `atoll_session=${token}`;
      },
    });
  } finally {
    await atoll.close();
    await server.stop();
    await place.remove();
  }
}
