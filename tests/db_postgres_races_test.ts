/** What is counted before it is written holds among several servers on one PostgreSQL. */
import { assertEquals } from "@std/assert";
import { Accounts } from "../lib/accounts.ts";
import { uuidv7 } from "../lib/client/uuid.ts";
import type { Database } from "../lib/db/open.ts";
import { Refusal } from "../lib/errors.ts";
import { LocalFiles } from "../lib/files/file_store.ts";
import { Uploads } from "../lib/files/uploads.ts";
import { bytesOf } from "./support/files.ts";
import { POSTGRES_URL, PostgresStore } from "./support/postgres_store.ts";
import { until } from "./support/until.ts";

/** Two servers over one database. */
function test(
  name: string,
  run: (servers: [Database, Database], store: PostgresStore) => Promise<void>,
): void {
  if (!POSTGRES_URL) return;
  Deno.test(`PostgreSQL ${name}`, async () => {
    const store = new PostgresStore();
    const servers = [await store.open(), await store.open()] as const;
    try {
      await run([...servers], store);
      assertEquals(store.errors, []);
    } finally {
      for (const server of servers) await server.close();
      await store.remove();
    }
  });
}

/** How often each outcome came: `done`, or the code of a refusal. */
async function tally(attempts: Promise<unknown>[]) {
  const outcomes = await Promise.allSettled(attempts);
  const counts: Record<string, number> = {};
  for (const one of outcomes) {
    const name = one.status === "fulfilled"
      ? "done"
      : one.reason instanceof Refusal
      ? one.reason.code
      : String(one.reason);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

const person = async (db: Database, name: string) =>
  (await new Accounts(db).enter(name)).person.id;

test(
  "lets in by a link as many as it allows, whichever server they ask",
  async (servers, store) => {
    const [db] = servers;
    const owner = await person(db, "Ana");
    await store.execute(`update persons set role = 'owner'`);
    const hash = crypto.getRandomValues(new Uint8Array(32));
    const now = Date.now();
    await db.write("invite", {
      ...{ id: uuidv7(), hash, role: "member", room: null, actor: owner, now },
      ...{ expiresAt: null, maxUses: 3 },
    });
    const counts = await tally(Array.from({ length: 10 }, async (_, index) => {
      const server = servers[index % 2]!;
      const { entrance, newcomer } = await new Accounts(server)
        .prepare(`Guest ${index}`);
      const use = { newcomer: entrance, person: newcomer.person, now };
      await server.write("useInvitation", { ...use, hash, entry: uuidv7() });
    }));
    assertEquals(counts, { done: 3, no_invitation: 7 });
    const [{ uses } = {}] = await store.rows("select uses from invitations");
    assertEquals(Number(uses), 3);
    assertEquals((await store.rows("select id from persons")).length, 4);
  },
);

test(
  "keeps an owner when two take the role from each other at once",
  async (servers, store) => {
    const ana = await person(servers[0], "Ana");
    const omar = await person(servers[0], "Omar");
    for (let round = 0; round < 5; round++) {
      await store.execute(`update persons set role = 'owner'`);
      const now = Date.now();
      const measure = { kind: "role", role: "member" } as const;
      const counts = await tally([
        servers[0].write("keepOrder", {
          actor: ana,
          person: ana,
          measure,
          now,
        }),
        servers[1].write("keepOrder", {
          ...{ actor: omar, person: omar, measure, now },
        }),
      ]);
      assertEquals(counts, { done: 1, last_owner: 1 });
      const owners = await store.rows(
        `select id from persons where role = 'owner'`,
      );
      assertEquals(owners.length, 1);
    }
  },
);

test(
  "keeps as many uploads of somebody as they may have",
  async (servers, store) => {
    for (let round = 0; round < 10; round++) {
      const ana = await person(servers[0], `Ana ${round}`);
      const counts = await tally(servers.map((server, index) => {
        const upload = {
          ...{ id: uuidv7(), person: ana, hash: `hash${index}`, name: "a" },
          ...{ type: "text/plain", size: 1, width: null, height: null },
          created_at: Date.now(),
        };
        return server.write("addUpload", { upload, most: 1 });
      }));
      assertEquals(counts, { done: 1, too_many_uploads: 1 });
    }
    assertEquals((await store.rows("select id from uploads")).length, 10);
  },
);

/** Two machines that keep files in the same place, and one person. */
async function sharedFiles([one, two]: [Database, Database]) {
  const ana = await person(one, "Ana");
  const folder = await Deno.makeTempDir();
  const stores = [new LocalFiles(folder), new LocalFiles(folder)] as const;
  const uploads = [one, two].map((db, index) =>
    new Uploads({ db, store: stores[index]!, limit: 1_000 })
  ) as [Uploads, Uploads];
  const send = (machine: Uploads) =>
    machine.receive({
      ...{ person: ana, name: "a", length: null },
      body: new Blob([bytesOf("same")]).stream(),
    });
  const hash = async () =>
    (await one.read.selectFrom("uploads").select("hash")
      .executeTakeFirst())?.hash;
  return { ana, folder, stores, uploads, send, hash };
}

test(
  "lets an upload wait while another server removes the same content",
  async (servers) => {
    const t = await sharedFiles(servers);
    const first = await t.send(t.uploads[0]);
    const removing = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const remove = t.stores[0].remove.bind(t.stores[0]);
    t.stores[0].remove = async (key) => {
      removing.resolve();
      await gate.promise;
      await remove(key);
    };
    const dropped = t.uploads[0].drop(t.ana, first.id);
    await removing.promise;
    let [tries, isThere] = [0, false];
    servers[1].onWrite = (name) => tries += name === "addUpload" ? 1 : 0;
    const second = t.send(t.uploads[1]).then(() => isThere = true);
    await until(() => isThere || tries >= 2, "the second to be tried twice");
    gate.resolve();
    await Promise.all([dropped, second]);
    assertEquals(await t.stores[1].read((await t.hash())!), bytesOf("same"));
    await Deno.remove(t.folder, { recursive: true });
  },
);

test(
  "keeps an upload that comes when another server has looked what to remove",
  async (servers) => {
    const t = await sharedFiles(servers);
    const first = await t.send(t.uploads[0]);
    const looked = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const write = servers[0].write.bind(servers[0]);
    servers[0].write = (async (name, args) => {
      if (name === "claimLoose") {
        looked.resolve();
        await gate.promise;
      }
      return await write(name, args);
    }) as Database["write"];
    const dropped = t.uploads[0].drop(t.ana, first.id);
    await looked.promise;
    await t.send(t.uploads[1]);
    gate.resolve();
    await dropped;
    const hash = (await t.hash())!;
    assertEquals(await t.stores[1].read(hash), bytesOf("same"));
    await t.uploads[1].sweep();
    const { length } = await servers[0].read.selectFrom("loose_files")
      .selectAll().execute();
    assertEquals(length, 0, "nothing is left to look at");
    await Deno.remove(t.folder, { recursive: true });
  },
);

test(
  "takes up content again that a killed server was removing, in time",
  async (servers, store) => {
    const t = await sharedFiles(servers);
    const { id } = await t.send(t.uploads[0]);
    const hash = (await t.hash())!;
    await servers[0].write("dropUpload", { id, person: t.ana });
    const now = Date.now() - 60_000;
    const claim = { hash, now, until: now + 1 };
    assertEquals(await servers[0].write("claimLoose", claim), true);
    assertEquals(await servers[1].write("claimLoose", claim), false);
    await t.send(t.uploads[1]);
    await t.uploads[1].sweep();
    assertEquals(await t.stores[1].read(hash), bytesOf("same"));
    assertEquals(await store.rows("select * from loose_files"), []);
    await Deno.remove(t.folder, { recursive: true });
  },
);
