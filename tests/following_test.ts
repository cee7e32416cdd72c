/** Who of those one has direct rooms with is here. */
import { assertEquals } from "@std/assert";
import type { Connection } from "../lib/connection.ts";
import { Following, FOLLOWING_LIMITS } from "../lib/following.ts";
import type { FollowedRoom, MeFrame } from "../lib/protocol.ts";
import FakeTimers from "@sinonjs/fake-timers";

const KINDS = { plans: "private", both: "direct" } as const;

/** Everybody is in a private and in a direct room. */
function load(person: string): Promise<MeFrame> {
  const rooms = Object.entries(KINDS).map(([room, kind]): FollowedRoom => ({
    ...{ room, slug: room, name: "", kind },
    ...{ head: 0, posts: 0, lastRead: 0, lastReadPosts: 0 },
  }));
  return Promise.resolve({
    ...{ type: "me", version: 1, epoch: "e", role: "member", rooms },
    person: { id: person, name: person },
  });
}

class Device {
  readonly told: MeFrame[] = [];
  readonly session;
  readonly subscriptions = new Map();
  readonly ready = true;

  constructor(id: string) {
    this.session = { person: { id } };
  }

  sendText(text: string): void {
    this.told.push(JSON.parse(text));
  }

  /** Rooms in which somebody is said to be here. */
  get company(): string[] {
    const rooms = this.told.at(-1)?.rooms ?? [];
    return rooms.filter(({ here }) => here).map(({ room }) => room);
  }
}

Deno.test("Following tells in direct rooms alone whether one of the others is here", async () => {
  const clock = FakeTimers.install({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const following = new Following({
      load,
      postsAt: () => Promise.resolve(null),
      markRead: () => Promise.resolve(),
      markUnread: () => Promise.resolve(),
      onError: (error) => {
        throw error;
      },
    });
    const devices = ["ana", "omar", "omar"].map((id) => new Device(id));
    const [ana, phone, desk] = devices as [Device, Device, Device];
    const connect = async (device: Device) => {
      following.connect(device as unknown as Connection);
      await clock.tickAsync(FOLLOWING_LIMITS.interval);
    };
    const leave = (device: Device) =>
      following.disconnect(device as unknown as Connection);
    await connect(ana);
    assertEquals(ana.company, []);
    await connect(phone);
    assertEquals(phone.company, ["both"]);
    assertEquals(ana.company, ["both"]);
    await connect(desk);
    leave(phone);
    await clock.tickAsync(FOLLOWING_LIMITS.goneAfter * 2);
    assertEquals(ana.company, ["both"], "another device is there");
    // Whoever loads the page again was never gone.
    leave(desk);
    await clock.tickAsync(FOLLOWING_LIMITS.goneAfter / 2);
    await connect(desk);
    await clock.tickAsync(FOLLOWING_LIMITS.goneAfter * 2);
    assertEquals(ana.told.map(({ rooms }) => rooms[1]!.here ?? false), [
      ...[false, true, true, true],
    ]);
    leave(desk);
    await clock.tickAsync(FOLLOWING_LIMITS.goneAfter * 2);
    assertEquals(ana.company, []);
    await following.close();
  } finally {
    clock.uninstall();
  }
});
