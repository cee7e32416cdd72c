/** The server as a process: how it starts, refuses to start, and stops. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { build } from "../tasks/build.ts";
import { choosePackages, ROOT } from "../tasks/packages.ts";
import { serverFlags, unknownSettings } from "../tasks/start.ts";
import { RawConnection } from "./support/raw_http.ts";
import { ServerProcess } from "./support/server.ts";
import { until } from "./support/until.ts";

/** The settings of both servers. */
const TRANSPORTS = [{ ATOLL_TRANSPORT: "native" }, { ATOLL_TRANSPORT: "ws" }];

/** Starts a server that should refuse, and gives what it said. */
async function refusal(
  env: Record<string, string>,
): Promise<{ code: number; lines: string[] }> {
  const packages = await choosePackages();
  assertEquals(await build(packages), 0);
  const data = await Deno.makeTempDir();
  const flags = serverFlags(packages, env.ATOLL_DATA ?? data);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, "lib/serve.ts"],
    cwd: ROOT,
    env: { PORT: "0", HOST: "127.0.0.1", ATOLL_DATA: data, ...env },
  }).output();
  await Deno.remove(data, { recursive: true });
  const text = new TextDecoder().decode(stdout) +
    new TextDecoder().decode(stderr);
  return { code, lines: text.trim().split("\n") };
}

Deno.test("A mistyped setting is named when one starts", () => {
  const names = ["PORT", "HOME", "ATOLL_DATA", "ATOLL_PACKAGES", "ATOLL_DATE"];
  assertEquals(unknownSettings(names), ["ATOLL_DATE"]);
});

Deno.test("A bad setting stops the start with one line that names it", async () => {
  const cases: [Record<string, string>, RegExp][] = [
    [{ PORT: "http" }, /PORT must be .*"http"/],
    [{ PORT: "70000" }, /PORT must be .*"70000"/],
    [{ HOST: "a b" }, /HOST must be .*"a b"/],
    [
      { ATOLL_ORIGINS: "chat.example.org" },
      /ATOLL_ORIGINS must .*"chat.example.org"/,
    ],
    [{ ATOLL_TRUST_PROXY: "yes" }, /ATOLL_TRUST_PROXY must be .*"yes"/],
    [{ ATOLL_SYNCHRONOUS: "off" }, /ATOLL_SYNCHRONOUS must be .*"off"/],
    [{ ATOLL_RETENTION_DAYS: "0" }, /ATOLL_RETENTION_DAYS must be .*"0"/],
    [{ ATOLL_TRANSPORT: "udp" }, /ATOLL_TRANSPORT must be .*"udp"/],
    ...TRANSPORTS.flatMap((transport): [Record<string, string>, RegExp][] => [
      [{ ...transport, HOST: "192.0.2.77" }, /HOST "192.0.2.77" is no address/],
      [
        { ...transport, HOST: "nothost.invalid" },
        /HOST "nothost.invalid" can't be found/,
      ],
    ]),
  ];
  for (const [env, expected] of cases) {
    const { code, lines } = await refusal(env);
    assertEquals(code, 1, JSON.stringify(env));
    assertEquals(lines.length, 1, lines.join("\n"));
    assertMatch(lines[0]!, expected);
  }
});

Deno.test("A port in use stops the start with one line that says what to do", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  for (const transport of TRANSPORTS) {
    const env = { ...transport, PORT: String(port) };
    const { code, lines } = await refusal(env);
    assertEquals([code, lines.length], [1, 1], lines.join("\n"));
    assertMatch(lines[0]!, new RegExp(`port ${port} is in use.*set PORT`));
  }
  listener.close();
});

Deno.test("A data folder that can't be written stops the start with one line", async () => {
  const file = await Deno.makeTempFile();
  const { code, lines } = await refusal({ ATOLL_DATA: file });
  await Deno.remove(file);
  assertEquals([code, lines.length], [1, 1], lines.join("\n"));
  assertMatch(lines[0]!, /ATOLL_DATA/);
});

for (const transport of TRANSPORTS) {
  Deno.test(`A server that is told to stop closes its sockets and ends with 0 (${transport.ATOLL_TRANSPORT})`, async () => {
    await using server = await ServerProcess.start(transport);
    await using silent = await RawConnection.open(server.url);
    await silent.write("GET / HTTP/1.1\r\n");
    const answer = await fetch(`${server.url}/api/session`, {
      method: "POST",
      body: JSON.stringify({ name: "Ana" }),
    });
    const { token } = await answer.json();
    const url = `${server.url.replace("http", "ws")}/api/ws`;
    const socket = new WebSocket(url, ["atoll.v1", `atoll.token.${token}`]);
    await new Promise((resolve) => socket.onmessage = resolve);
    const closed = new Promise<CloseEvent>((resolve) =>
      socket.onclose = resolve
    );
    assertEquals(await server.stop(), 0);
    const { code, reason } = await closed;
    assertEquals(code, 4000);
    assert(/^restarting \d+$/.test(reason), reason);
  });
}

Deno.test("Whoever hangs up in the middle of a body is at fault, and not the server", async () => {
  const complaints: string[] = [];
  await using server = await ServerProcess.start({}, {
    onComplaint: (text) => complaints.push(text),
  });
  const metric = 'atoll_refusals_total{code="upload_broken"} 1';
  const connection = await Deno.connect({ port: server.port });
  await connection.write(new TextEncoder().encode(
    "POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n{",
  ));
  connection.close();
  let text = "";
  for (let i = 0; i < 200 && !text.includes(metric); i++) {
    text = await (await fetch(`${server.url}/metrics`)).text();
  }
  assert(text.includes(metric), text);
  assertEquals(complaints, []);
});

Deno.test("OpenTelemetry leaves the sandbox: traces, metrics and log lines", async () => {
  const kinds = new Set<string>();
  const receiver = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      if ((await request.bytes()).length > 0) {
        kinds.add(new URL(request.url).pathname);
      }
      return new Response();
    },
  );
  {
    await using server = await ServerProcess.start({
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.addr.port}`,
    });
    await (await fetch(server.url)).body?.cancel();
    // What waits is sent at the end.
  }
  await receiver.shutdown();
  assertEquals([...kinds].sort(), ["/v1/logs", "/v1/metrics", "/v1/traces"]);
});

/** How many workers a process runs: the runtime names their threads. */
function workersOf(pid: number): number {
  const folder = `/proc/${pid}/task`;
  return [...Deno.readDirSync(folder)].filter(({ name }) => {
    try {
      return Deno.readTextFileSync(`${folder}/${name}/comm`)
        .startsWith("worker-");
    } catch {
      // It ended meanwhile.
      return false;
    }
  }).length;
}

Deno.test({
  name: "The thread that searches runs before anybody searches",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using server = await ServerProcess.start();
    // The first one writes.
    await until(() => workersOf(server.pid) === 2);
  },
});

Deno.test("A second server on the same data folder refuses to start", async () => {
  await using server = await ServerProcess.start();
  const { code, lines } = await refusal({ ATOLL_DATA: server.data });
  assertEquals([code, lines.length], [1, 1], lines.join("\n"));
  assertMatch(lines[0]!, /in use by another Atoll/);
});

Deno.test("A folder that the sandbox or the system refuses is said in one line", async () => {
  const { code, lines } = await refusal({ ATOLL_DATA: "/proc/nope" });
  assertEquals([code, lines.length], [1, 1], lines.join("\n"));
  assertMatch(lines[0]!, /ATOLL_DATA/);
  assert(!lines[0]!.includes("--allow"));
});
