/** The server as a process in its sandbox, and people in browsers, on PostgreSQL. */
import { assertEquals } from "@std/assert";
import { isSound, noBrowser, Visitors } from "./support/browser.ts";
import { POSTGRES_URL, PostgresStore } from "./support/postgres_store.ts";
import { ServerProcess } from "./support/server.ts";

/** The program's own files alone: what is written goes to the database. */
async function withServer(
  run: (server: ServerProcess, store: PostgresStore) => Promise<void>,
  env: (store: PostgresStore) => Record<string, string>,
): Promise<void> {
  const store = new PostgresStore(true);
  await store.create();
  try {
    await using server = await ServerProcess.start(env(store));
    await run(server, store);
  } finally {
    await store.remove();
  }
}

const byUrl = ({ settings: { port }, name }: PostgresStore) => ({
  ATOLL_DATABASE_URL: `postgres://atoll@127.0.0.1:${port}/${name}`,
});

const byParts = ({ settings: { port }, name }: PostgresStore) => ({
  ...{ PGHOST: "127.0.0.1", PGPORT: String(port) },
  ...{ PGUSER: "atoll", PGDATABASE: name },
});

if (POSTGRES_URL) {
  Deno.test("A server on PostgreSQL keeps what it acknowledged when it is killed, and no file [L2]", async () => {
    await withServer(async (server, store) => {
      const json = { "content-type": "application/json" };
      const entered = await fetch(`${server.url}/api/session`, {
        ...{ method: "POST", headers: json },
        body: JSON.stringify({ name: "Robin" }),
      });
      const { token } = await entered.json();
      const headers = { ...json, authorization: `Bearer ${token}` };
      const made = await fetch(`${server.url}/api/rooms`, {
        ...{ method: "POST", headers },
        body: JSON.stringify({ name: "Boats" }),
      });
      assertEquals(made.status, 201);
      await made.body?.cancel();
      await server.kill();
      await server.restart();
      const listed = await fetch(`${server.url}/api/rooms`, { headers });
      const { rooms } = await listed.json();
      assertEquals(
        rooms.map(({ name }: { name: string }) => name).toSorted(),
        ["Boats", "lobby"],
      );
      assertEquals(Array.from(Deno.readDirSync(server.data)), []);
      const persons = await store.rows("select name from persons");
      assertEquals(persons, [{ name: "Robin" }]);
    }, byParts);
  });

  Deno.test({
    name: "Two people talk, edit and search on PostgreSQL",
    ignore: noBrowser,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () =>
      withServer(async (server) => {
        await using visitors = await Visitors.launch();
        const ana = await (await visitors.come()).enter(server.url, "Ana");
        const omar = await (await visitors.come()).enter(server.url, "Omar");
        await ana.says("Hello Omar");
        await omar.sees("Hello Omar");
        await omar.says("Hello Ana");
        await ana.sees("Hello Ana");
        await ana.page.reload();
        await ana.seesStatus("Connected");
        await ana.sees("Hello Ana");
        await ana.page.goto(`${server.url}/search?q=hello`);
        await ana.page.getByText("Hello Omar").first().waitFor();
        await isSound(ana);
        await isSound(omar);
      }, byUrl),
  });
}
