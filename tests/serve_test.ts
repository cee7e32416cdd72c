/** The server as a process: how it starts, refuses to start, and stops. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { build } from "../tasks/build.ts";
import { choosePackages, packageFlags, ROOT } from "../tasks/packages.ts";
import { serverPermissions } from "../tasks/start.ts";
import { ServerProcess } from "./support/server.ts";

/** Starts a server that should refuse, and gives what it said. */
async function refusal(
  env: Record<string, string>,
): Promise<{ code: number; lines: string[] }> {
  const packages = await choosePackages();
  assertEquals(await build(packages), 0);
  const data = await Deno.makeTempDir();
  const permissions = serverPermissions(env.ATOLL_DATA ?? data);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...packageFlags(packages), ...permissions, "lib/serve.ts"],
    cwd: ROOT,
    env: { PORT: "0", HOST: "127.0.0.1", ATOLL_DATA: data, ...env },
  }).output();
  await Deno.remove(data, { recursive: true });
  const text = new TextDecoder().decode(stdout) +
    new TextDecoder().decode(stderr);
  return { code, lines: text.trim().split("\n") };
}

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
    [{ HOST: "192.0.2.77" }, /HOST "192.0.2.77" is no address/],
    [{ HOST: "nothost.invalid" }, /HOST "nothost.invalid" can't be found/],
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
  const { code, lines } = await refusal({ PORT: String(port) });
  listener.close();
  assertEquals([code, lines.length], [1, 1], lines.join("\n"));
  assertMatch(lines[0]!, new RegExp(`port ${port} is in use.*set PORT`));
});

Deno.test("A data folder that can't be written stops the start with one line", async () => {
  const file = await Deno.makeTempFile();
  const { code, lines } = await refusal({ ATOLL_DATA: file });
  await Deno.remove(file);
  assertEquals([code, lines.length], [1, 1], lines.join("\n"));
  assertMatch(lines[0]!, /ATOLL_DATA/);
});

Deno.test("A server that is told to stop closes its sockets and ends with 0", async () => {
  await using server = await ServerProcess.start();
  const answer = await fetch(`${server.url}/api/session`, {
    method: "POST",
    body: JSON.stringify({ name: "Ana" }),
  });
  const { token } = await answer.json();
  const url = `${server.url.replace("http", "ws")}/api/ws`;
  const socket = new WebSocket(url, ["atoll.v1", `atoll.token.${token}`]);
  await new Promise((resolve) => socket.onmessage = resolve);
  const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
  assertEquals(await server.stop(), 0);
  const { code, reason } = await closed;
  assertEquals(code, 4000);
  assert(/^restarting \d+$/.test(reason), reason);
});

Deno.test("An address that can't be read is the client's fault", async () => {
  await using server = await ServerProcess.start();
  const response = await fetch(`${server.url}/rooms/%E0%A4%A`);
  await response.body?.cancel();
  assertEquals(response.status, 400);
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

Deno.test("Pages and scripts are compressed on their way", async () => {
  await using server = await ServerProcess.start();
  const page = await fetch(server.url, {
    headers: { "accept-encoding": "gzip" },
  });
  assertEquals(
    page.headers.get("vary")?.toLowerCase().includes("accept-encoding"),
    true,
  );
  assert(!(await page.text()).includes("\u0000"));
  const raw = await rawHead(server.port, "/styles.css");
  assertMatch(raw, /content-encoding: gzip/i);
});

/** The head of an answer as it is on the wire, where `fetch` unpacks it. */
async function rawHead(port: number, path: string): Promise<string> {
  const connection = await Deno.connect({ port, hostname: "127.0.0.1" });
  const request =
    `GET ${path} HTTP/1.1\r\nhost: x\r\naccept-encoding: gzip\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  const chunk = new Uint8Array(4_096);
  const size = await connection.read(chunk);
  connection.close();
  return new TextDecoder().decode(chunk.subarray(0, size ?? 0)).split(
    "\r\n\r\n",
  )[0]!;
}
