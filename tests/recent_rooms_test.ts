import { assertEquals } from "@std/assert";
import { uuidv7 } from "../lib/client/uuid.ts";
import { LocalFiles } from "../lib/files/file_store.ts";
import { Uploads } from "../lib/files/uploads.ts";
import { RecentRooms } from "../lib/recent_rooms.ts";
import type { Rooms } from "../lib/rooms.ts";
import { bytesOf } from "./support/files.ts";
import { SqliteStore } from "./support/sqlite_store.ts";
import { until } from "./support/until.ts";

Deno.test("What another machine changed is seen within a second, though the clock was set back [D5]", async () => {
  let looks = 0;
  const rooms = {
    find: () => Promise.resolve(void looks++),
  } as unknown as Rooms;
  const recent = new RecentRooms({ isShared: true, onWrite() {} }, rooms);
  await recent.find("lobby");
  const { now } = Date;
  Date.now = () => now() - 60 * 60_000;
  try {
    await until(() => {
      void recent.find("lobby");
      return looks > 1;
    }, "another look");
  } finally {
    Date.now = now;
  }
});

Deno.test("Files that come and go leave what is known of rooms alone, what changes rooms does not", async () => {
  const store = new SqliteStore();
  const db = await store.open();
  let looks = 0;
  const rooms = {
    find: () => Promise.resolve(void looks++),
  } as unknown as Rooms;
  const recent = new RecentRooms(db, rooms);
  const writes: string[] = [];
  const { onWrite } = db;
  db.onWrite = (name) => {
    onWrite(name);
    writes.push(name);
  };
  const person = uuidv7();
  await db.write("enter", {
    ...{ person, name: "Ada", key: "ada", now: Date.now() },
    ...{ tokenHash: new Uint8Array(32), expiresAt: Date.now() + 60_000 },
    freedBefore: 0,
  });
  await recent.find("lobby");
  writes.length = 0;
  const uploads = new Uploads({
    ...{ db, store: new LocalFiles(`${store.folder}/files`), limit: 1_000 },
  });
  const { id } = await uploads.receive({
    ...{ person, name: "a", length: null },
    body: new Blob([bytesOf("gone")]).stream(),
  });
  await uploads.drop(person, id);
  assertEquals(writes, [
    ...["addUpload", "dropUpload", "expireUploads", "claimLoose"],
    "forgetLoose",
  ]);
  await recent.find("lobby");
  assertEquals(looks, 1);
  const { id: room } = await db.read.selectFrom("rooms").select("id")
    .executeTakeFirstOrThrow();
  await db.write("leaveRoom", { person, room });
  await recent.find("lobby");
  assertEquals(looks, 2);
  await db.close();
  await store.remove();
});
