/** What is counted before it is written holds among several servers on one PostgreSQL. */
import { assertEquals } from "@std/assert";
import { Accounts } from "../lib/accounts.ts";
import { uuidv7 } from "../lib/client/uuid.ts";
import type { Database } from "../lib/db/open.ts";
import { Refusal } from "../lib/errors.ts";
import { POSTGRES_URL, PostgresStore } from "./support/postgres_store.ts";

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
