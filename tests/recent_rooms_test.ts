import { RecentRooms } from "../lib/recent_rooms.ts";
import type { Rooms } from "../lib/rooms.ts";
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
