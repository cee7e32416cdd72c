import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import parsePrometheus from "parse-prometheus-text-format";
import { readConfig } from "../lib/config.ts";
import { Health } from "../lib/health.ts";
import { mayReadMetrics } from "../lib/metrics/access.ts";
import {
  Counter,
  Histogram,
  LabelledCounter,
  Sample,
} from "../lib/metrics/prometheus.ts";
import { metrics } from "../lib/metrics.ts";
import { withApp } from "./support/app.ts";
import { withAtoll } from "./support/atoll.ts";
import { until } from "./support/until.ts";

const LINE = /^(?<name>[a-z_]+)(?:\{(?<labels>.*)\})? (?<value>\S+)$/;

/** Values by name and labels, of a page that keeps to the format. */
function strictly(text: string): Map<string, number> {
  assert(text.endsWith("\n"));
  const values = new Map<string, number>();
  const seen = new Set<string>();
  const lines = text.slice(0, -1).split("\n");
  for (let i = 0; i < lines.length;) {
    const [, name] = /^# HELP ([a-z_]+) [^\\]+$/.exec(lines[i++]!) ?? [];
    assert(name !== undefined && !seen.has(name), lines[i - 1]);
    seen.add(name);
    const [, of, type] = /^# TYPE (\S+) (\S+)$/.exec(lines[i++]!)!;
    assertEquals(of, name);
    assertEquals(name.endsWith("_total"), type === "counter", name);
    const buckets: [string, number][] = [];
    for (; i < lines.length && !lines[i]!.startsWith("#"); i++) {
      const groups = LINE.exec(lines[i]!)?.groups;
      assert(groups, lines[i]);
      const key = lines[i]!.slice(0, lines[i]!.lastIndexOf(" "));
      assert(!values.has(key), key);
      const value = Number(groups.value);
      assert(Number.isFinite(value), lines[i]);
      values.set(key, value);
      const suffix = groups.name!.slice(name.length);
      assert(suffix === "" || type === "histogram", lines[i]);
      if (suffix === "_bucket") {
        buckets.push([/^le="(.+)"$/.exec(groups.labels!)![1]!, value]);
      }
    }
    if (type !== "histogram") continue;
    assertEquals(buckets.at(-1), ["+Inf", values.get(`${name}_count`)!]);
    assert(values.has(`${name}_sum`), name);
    for (const [j, [, count]] of buckets.entries()) {
      if (j > 0) assert(count >= buckets[j - 1]![1], `${name} is cumulative`);
    }
  }
  return values;
}

Deno.test("Metrics are written in Prometheus' text format", () => {
  const count = new Counter("things_total", "Things.");
  count.add();
  count.add(2);
  const labelled = new LabelledCounter("kinds_total", "Kinds.", "kind", ["a"]);
  labelled.add("a");
  labelled.add("b", 3);
  labelled.add("c");
  const sizes = new Histogram("sizes", "Sizes.", [1, 2.5]);
  for (const size of [1, 2, 2.5, 9]) sizes.observe(size);
  const sample = new Sample("odd", "Odd.", "gauge", 0.5, { of: 'a"\\\nb' });
  const text = [count, labelled, sizes].map((one) => one.text).join("");
  assertEquals(
    Object.fromEntries(strictly(text)),
    {
      "things_total": 3,
      'kinds_total{kind="a"}': 1,
      'kinds_total{kind="other"}': 4,
      'sizes_bucket{le="1"}': 1,
      'sizes_bucket{le="2.5"}': 3,
      'sizes_bucket{le="+Inf"}': 4,
      "sizes_sum": 14.5,
      "sizes_count": 4,
    },
  );
  assertStringIncludes(sample.text, 'odd{of="a\\"\\\\\\nb"} 0.5\n');
  const [odd] = parsePrometheus(sample.text);
  assertEquals(odd!.metrics[0]!.value, "0.5");
});

Deno.test("GET /metrics counts what happens, in a page that Prometheus' parsers read", async () => {
  await withApp(async ({ atoll, url }) => {
    const read = async () => {
      const response = await fetch(`${url}/metrics`);
      assertEquals(response.status, 200);
      const type = response.headers.get("content-type")!;
      assertStringIncludes(type, "version=0.0.4");
      const text = await response.text();
      assertEquals(
        parsePrometheus(text).length,
        text.split("# TYPE").length - 1,
      );
      return strictly(text);
    };
    const before = await read();
    const { token } = await atoll.accounts.enter("Ana");
    const socket = new WebSocket(`${url.replace("http", "ws")}/api/ws`, [
      "atoll.v1",
      `atoll.token.${token}`,
    ]);
    const types: string[] = [];
    socket.onmessage = ({ data }) => types.push(JSON.parse(data).type);
    const has = (type: string) => until(() => types.includes(type), type);
    await new Promise((resolve) => socket.onopen = resolve);
    const room = "lobby";
    const send = (frame: unknown) => socket.send(JSON.stringify(frame));
    send({ type: "join", room });
    await has("messages");
    send({ type: "post", room, id: crypto.randomUUID(), body: "counted" });
    await has("posted");
    await has("entries");
    send({ type: "post", room, id: crypto.randomUUID(), body: " " });
    await has("error");
    const open = await read();
    const change = (name: string) => open.get(name)! - before.get(name)!;
    assertEquals(open.get("atoll_connections"), 1);
    assertEquals(open.get("atoll_rooms_open"), 1);
    assertEquals(open.get("atoll_subscriptions"), 1);
    assertEquals(open.get("atoll_connections_slow"), 0);
    assertEquals(change("atoll_frames_received_total"), 3);
    assertEquals(change("atoll_frames_sent_total"), types.length);
    assertEquals(change("atoll_entries_appended_total"), 1);
    assertEquals(change("atoll_append_seconds_count"), 1);
    assertEquals(change("atoll_deliveries_total"), 1);
    assertEquals(change('atoll_flush_entries_bucket{le="1"}'), 1);
    assertEquals(change('atoll_refusals_total{code="empty"}'), 1);
    assert(open.get("process_resident_memory_bytes")! > 1_000_000);
    assert(open.get("atoll_heap_used_bytes")! > 1_000_000);
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close(1000);
    await closed;
    const ended = 'atoll_connections_closed_total{code="1000"}';
    await until(
      () => metrics.closed.of("1000") > before.get(ended)!,
      "the connection's end",
    );
    assertEquals((await read()).get("atoll_connections"), 0);
  });
});

Deno.test("The event loop's delay is measured", async () => {
  await withAtoll(async () => {
    const { count } = metrics.loop;
    await until(() => metrics.loop.count > count, "a look at the event loop");
  });
});

const LOCAL = { transport: "tcp", hostname: "127.0.0.1", port: 1 } as const;
const TOKEN = "a-token-of-some-length";

function asked(headers: Record<string, string> = {}, host = "localhost:8000") {
  return new Request(`http://${host}/metrics`, { headers });
}

Deno.test("Metrics are for this machine without a proxy, or for who has the token", () => {
  const remote = { ...LOCAL, hostname: "192.0.2.7" };
  const bearer = (token: string) => asked({ authorization: `Bearer ${token}` });
  assert(mayReadMetrics(asked(), LOCAL, null));
  assert(
    mayReadMetrics(
      asked({}, "[::1]:8000"),
      { ...LOCAL, hostname: "::1" },
      null,
    ),
  );
  assert(!mayReadMetrics(asked(), remote, null));
  assert(!mayReadMetrics(asked(), undefined, null));
  assert(!mayReadMetrics(asked({}, "rebound.example"), LOCAL, null));
  for (const name of ["forwarded", "x-forwarded-for", "x-real-ip", "via"]) {
    assert(!mayReadMetrics(asked({ [name]: "192.0.2.7" }), LOCAL, null), name);
  }
  assert(mayReadMetrics(bearer(TOKEN), remote, TOKEN));
  assert(!mayReadMetrics(bearer(TOKEN.slice(1)), remote, TOKEN));
  assert(!mayReadMetrics(bearer(""), remote, TOKEN));
  assert(!mayReadMetrics(bearer("null"), remote, null));
  assert(!mayReadMetrics(asked(), remote, TOKEN));
});

Deno.test("GET /metrics is 404 for strangers and takes the token by any way", async () => {
  await withApp(async ({ url }) => {
    const ask = async (headers: Record<string, string>) => {
      const response = await fetch(`${url}/metrics`, { headers });
      return [response.status, await response.text()] as const;
    };
    const proxied = { "x-forwarded-for": "192.0.2.7" };
    const [status, text] = await ask(proxied);
    assertEquals(status, 404);
    assert(!text.includes("atoll_"));
    const authorization = `Bearer ${TOKEN}`;
    const [allowed, page] = await ask({ ...proxied, authorization });
    assertEquals(allowed, 200);
    assert(strictly(page).size > 0 && !page.includes(TOKEN));
  }, { metricsToken: TOKEN });
});

Deno.test("A token that can be guessed is refused at start, and not repeated", () => {
  const env = (token: string) => ({
    get: (name: string) => name === "ATOLL_METRICS_TOKEN" ? token : undefined,
  });
  assertEquals(readConfig(env(TOKEN)).metricsToken, TOKEN);
  assertEquals(readConfig(env("")).metricsToken, null);
  for (const token of ["short-secret", "sixteen letters and spaces"]) {
    const error = assertThrows(() => readConfig(env(token))) as Error;
    assertMatch(error.message, /ATOLL_METRICS_TOKEN .*16/);
    assert(!error.message.includes(token));
  }
});

Deno.test("A page's report is counted, and refused when it is no report or too often", async () => {
  await withAtoll(async (_, enter) => {
    const ana = await enter("Ana");
    const before = ["gaps", "doubles", "reorders"].map((kind) =>
      metrics.findings.of(kind)
    );
    const report = { type: "report", gaps: 2, doubles: 1, reorders: 3 };
    ana.send({ ...report, room: "lobby" });
    // Frames are handled in order.
    await ana.ask({ type: "ping" });
    const after = ["gaps", "doubles", "reorders"].map((kind) =>
      metrics.findings.of(kind)
    );
    assertEquals(after.map((count, i) => count - before[i]!), [2, 1, 3]);
    const codeOf = async (frame: Record<string, unknown>) => {
      const answer = await ana.ask(frame);
      return answer.type === "error" ? answer.code : answer.type;
    };
    const wrong = { ...report, room: "lobby", gaps: 1_001 };
    assertEquals(await codeOf(wrong), "bad_frame");
    assertEquals(await codeOf({ ...wrong, gaps: -1 }), "bad_frame");
    assertEquals(await codeOf({ ...report, room: "nowhere" }), "no_room");
    assertEquals(metrics.findings.of("gaps"), after[0]);
    const clean = {
      ...report,
      room: "lobby",
      gaps: 0,
      doubles: 0,
      reorders: 0,
    };
    for (let i = 0; i < 40; i++) ana.send(clean);
    await ana.ask({ type: "ping" });
    assertEquals(ana.last("error")?.code, "too_fast");
  });
});

Deno.test("GET /healthz says that all is well, and when the server stops", async () => {
  await withApp(async ({ atoll, request }) => {
    const well = await request("/healthz");
    assertEquals(well.status, 200);
    assertEquals(well.headers.get("cache-control"), "no-store");
    const { status, uptime } = await well.json();
    assertEquals(status, "ok");
    assert(Number.isInteger(uptime));
    await atoll.close();
    const stopping = await request("/healthz");
    assertEquals(stopping.status, 503);
    assertEquals((await stopping.json()).error.code, "stopping");
  });
});

Deno.test("Health tells what the database can't, and asks it once for many", async () => {
  type Parts = ConstructorParameters<typeof Health>[0];
  const broken = () => Promise.reject(new Error("secret path"));
  const selectFrom = () => {
    throw new Error("secret path");
  };
  const read = { selectFrom } as unknown as Parts["read"];
  let asked = 0;
  const write = (() => {
    asked++;
    return Promise.resolve(null);
  }) as Parts["write"];
  const unreadable = new Health({ read, write });
  const answers = [unreadable.problem(), unreadable.problem()];
  assertEquals(await Promise.all(answers), [
    "the database can't be read",
    "the database can't be read",
  ]);
  assertEquals(asked, 1);
  const unwritable = new Health({ read, write: broken as Parts["write"] });
  assertEquals(await unwritable.problem(), "the database can't be written");
  const never = () => new Promise<never>(() => {});
  const silent = new Health({ read, write: never as Parts["write"] }, 1);
  assertEquals(await silent.problem(), "the database does not answer in time");
});
