/** What is counted before it is written holds among several servers on one PostgreSQL. */
import { assert, assertEquals } from "@std/assert";
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

/** Rooms of somebody's, in the order of their ids. */
async function privateRooms(db: Database, keeper: string, count: number) {
  const ids = Array.from({ length: count }, () => uuidv7()).sort();
  for (const id of ids) {
    await db.write("createRoom", {
      ...{ id, name: id, key: id, slug: id, kind: "private" },
      ...{ person: keeper, now: Date.now() },
    });
  }
  return ids;
}

/**
 * Begins a write while another program holds a row, and tells which of others
 * the write holds meanwhile.
 */
async function heldWhileWaiting(
  store: PostgresStore,
  held: string,
  others: readonly string[],
  write: () => Promise<unknown>,
  strength = "for update",
): Promise<string[]> {
  const isHeld = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const holding = store.hold(
    `set local idle_in_transaction_session_timeout = 0;
     select from ${held} ${strength}`,
    isHeld.resolve,
    gate.promise,
  );
  await isHeld.promise;
  const writing = write();
  const waiting = () =>
    store.rows(`select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`);
  const taken: string[] = [];
  try {
    let looks = 0;
    while ((await waiting()).length < 1) assert(++looks < 200, "it waits");
    for (const other of others) {
      const look = store.rows(`select 1 from ${other} for update nowait`);
      if (await look.then(({ length }) => length < 1, () => true)) {
        taken.push(other);
      }
    }
  } finally {
    gate.resolve();
    await Promise.allSettled([holding, writing]);
  }
  await writing;
  return taken;
}

test(
  "deletes an account in the order in which entries are stored: rooms, then people",
  async ([db], store) => {
    const ana = await person(db, "Ana");
    const omar = await person(db, "Omar");
    const [room] = await privateRooms(db, ana, 1);
    const now = Date.now();
    await store.execute(`update persons set role = 'owner';
      insert into memberships (person, room, last_read, last_read_posts, joined_at)
        values ('${omar}', '${room}', 0, 0, ${now})`);
    const people = [ana, omar].map((id) => `persons where id = '${id}'`);
    const taken = await heldWhileWaiting(
      store,
      `rooms where id = '${room}'`,
      people,
      () => db.write("removeAccount", { person: ana }),
    );
    assertEquals(taken, []);
    const left = await store.rows(`select m.person, r.created_by
      from memberships as m join rooms as r on r.id = m.room
      where r.id = '${room}'`);
    assertEquals(left, [{ person: omar, created_by: omar }]);
  },
);

test(
  "locks owners and others in one order, whoever is asked for first",
  async ([db], store) => {
    const [ana, omar] = [await person(db, "Ana"), await person(db, "Omar")];
    assert(ana < omar, "ids grow");
    await store.execute(`update persons set role = 'owner' where id = '${omar}';
      update persons set role = 'member' where id = '${ana}'`);
    const taken = await heldWhileWaiting(
      store,
      `persons where id = '${ana}'`,
      [`persons where id = '${omar}'`],
      () => db.write("removeAccount", { person: ana }),
    );
    assertEquals(taken, []);
  },
);

test(
  "moves read cursors in one order, in whichever they are given [D6]",
  async ([db], store) => {
    const ana = await person(db, "Ana");
    const rooms = await privateRooms(db, ana, 2);
    for (const room of rooms) {
      const id = uuidv7();
      await db.write("append", {
        drafts: [{ kind: "posted", room, id, author: ana, body: "a" }],
        now: Date.now(),
      });
    }
    await store.execute("update memberships set last_read = 0");
    const rows = rooms.map((room) => `memberships where room = '${room}'`);
    const cursors = rooms.map((room) => ({ person: ana, room, seq: 1 }));
    const taken = await heldWhileWaiting(
      store,
      rows[0]!,
      [rows[1]!, `persons where id = '${ana}'`],
      () => db.write("markRead", cursors.toReversed()),
    );
    assertEquals(taken, []);
    const read = await db.read.selectFrom("memberships").select("last_read")
      .where("room", "in", rooms).execute();
    assertEquals(read.map(({ last_read }) => last_read), [1, 1]);
  },
);

test(
  "leads the mentioned into a room behind the locks of persons [L1]",
  async ([db], store) => {
    const omar = await person(db, "Omar");
    const zoe = await person(db, "Zoe");
    const ana = await person(db, "Ana");
    assert(omar < zoe && zoe < ana, "ids grow");
    const room = uuidv7();
    await db.write("createRoom", {
      ...{ id: room, name: "Boats", key: "boats", slug: "boats" },
      ...{ kind: "open", person: ana, now: Date.now() },
    });
    const draft = {
      ...{ kind: "posted", room, id: uuidv7(), author: ana } as const,
      body: "@Omar @Zoe",
      mentions: [{ id: omar, name: "Omar" }, { id: zoe, name: "Zoe" }],
    };
    // As a row that refers to Omar does: what refers to both goes past it, and
    // then two that lead them into two rooms would wait for each other.
    const taken = await heldWhileWaiting(
      store,
      `persons where id = '${omar}'`,
      [`persons where id = '${zoe}'`],
      () => db.write("append", { drafts: [draft], now: Date.now() }),
      "for key share",
    );
    assertEquals(taken, []);
    const inside = await db.read.selectFrom("memberships").select("person")
      .where("room", "=", room).orderBy("person").execute();
    assertEquals(inside.map(({ person }) => person), [omar, zoe, ana]);
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
    const claim = { hash, now, until: now + 1, own: null };
    assertEquals(await servers[0].write("claimLoose", claim), true);
    assertEquals(await servers[1].write("claimLoose", claim), false);
    // Who failed may try again before that, as long as it is their own.
    const again = { ...claim, own: claim.until };
    assertEquals(await servers[0].write("claimLoose", again), true);
    await t.send(t.uploads[1]);
    await t.uploads[1].sweep();
    assertEquals(await t.stores[1].read(hash), bytesOf("same"));
    assertEquals(await store.rows("select * from loose_files"), []);
    await Deno.remove(t.folder, { recursive: true });
  },
);

test(
  "forgets old challenges without waiting for a server that does so too",
  async (servers, store) => {
    const bytes = () => crypto.getRandomValues(new Uint8Array(32));
    let time = 0;
    const put = (server: Database) =>
      server.write("putChallenge", {
        ...{ challenge: bytes(), browser: bytes(), person: null, most: 20 },
        expiresAt: ++time,
      });
    for (let i = 0; i < 20; i++) await put(servers[0]);
    const held = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    const other = store.hold(
      "select 1 from challenges where expires_at <= 5 for update",
      held.resolve,
      done.promise,
    );
    await held.promise;
    const counts = await tally([
      ...Array.from({ length: 10 }, (_, i) => put(servers[i % 2]!)),
      ...servers.map((one) => one.write("sweepSessions", { now: 7 })),
    ]);
    done.resolve();
    await other;
    assertEquals(counts, { done: 12 });
    await put(servers[1]);
    const left = await store.rows(
      "select expires_at::int as at from challenges order by at desc",
    );
    const newest = Array.from({ length: 20 }, (_, i) => time - i);
    assertEquals(left.map(({ at }) => at), newest);
  },
);
