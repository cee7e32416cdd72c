import { assertEquals, assertMatch } from "@std/assert";
import { PostgresSignals } from "../lib/signals/postgres.ts";
import { Signals } from "../lib/signals/signals.ts";
import { PostgresServer } from "../tasks/postgres.ts";
import { execute, POSTGRES_URL, settingsOf } from "./support/postgres_store.ts";
import { TcpProxy } from "./support/tcp_proxy.ts";
import { until } from "./support/until.ts";
import { signalsContract } from "./signals_contract.ts";

const channel = "atoll_test";
const ignore = POSTGRES_URL === undefined;

signalsContract({
  name: "postgres",
  ignore,
  run: async (test, breaks) => {
    const own = breaks ? await PostgresServer.start() : undefined;
    const settings = settingsOf("postgres", own?.url);
    try {
      await test({
        engine: () => new PostgresSignals({ settings, channel }),
        breakOff: () => own!.kill(),
        mend: () => own!.restart(),
        sendRaw: async (_, text) => {
          const literal = text.replaceAll("'", "''");
          await execute(settings, `notify ${channel}, '${literal}'`);
        },
      });
    } finally {
      await own?.remove();
    }
  },
});

/** Signals through a proxy. */
function through(
  proxy: TcpProxy,
): { signals: Signals; problems: string[] } {
  const url = proxy.url.replace("http://", "postgres://atoll@");
  const settings = settingsOf("postgres", url);
  const problems: string[] = [];
  const engine = new PostgresSignals({ settings, channel });
  const signals = new Signals(engine, (text) => problems.push(text));
  return { signals, problems };
}

/** Where the tests' server listens. */
function serverPort(): number {
  return Number(new URL(POSTGRES_URL!).port);
}

Deno.test({
  name:
    "Signals through a pooler that drops notifications say so, and are taken for none [L6]",
  ignore,
  fn: async () => {
    using proxy = new TcpProxy(serverPort());
    proxy.filter = withoutNotifications;
    const { signals, problems } = through(proxy);
    await until(() => problems.length > 0, "a problem");
    assertMatch(problems[0]!, /not heard, as through a pooler/);
    assertEquals(signals.isHealthy, false);
    proxy.filter = undefined;
    proxy.cut();
    proxy.mend();
    await until(() => signals.isHealthy, "healthy signals");
    assertEquals(problems.length, 1);
    await signals.close();
  },
});

Deno.test({
  name:
    "Signals notice a connection that is only half open, and end in spite of it",
  ignore,
  fn: async () => {
    using proxy = new TcpProxy(serverPort());
    const { signals } = through(proxy);
    await until(() => signals.isHealthy, "healthy signals");
    proxy.stall();
    await until(() => !signals.isHealthy, "signals taken for none");
    await signals.close();
  },
});

/** Passes on what a PostgreSQL server says, except for notifications. */
function withoutNotifications(): TransformStream<Uint8Array, Uint8Array> {
  let rest = new Uint8Array();
  let isFirst = true;
  return new TransformStream({
    transform(chunk, controller) {
      let bytes = new Uint8Array([...rest, ...chunk]);
      // The answer to whether it encrypts has one byte.
      if (isFirst && (bytes[0] === 78 || bytes[0] === 83)) {
        controller.enqueue(bytes.slice(0, 1));
        bytes = bytes.slice(1);
      }
      isFirst = false;
      let start = 0;
      while (bytes.length - start >= 5) {
        const size = 1 + new DataView(bytes.buffer).getUint32(start + 1);
        if (bytes.length - start < size) break;
        const message = bytes.slice(start, start + size);
        if (message[0] !== "A".charCodeAt(0)) controller.enqueue(message);
        start += size;
      }
      rest = bytes.slice(start);
    },
  });
}
