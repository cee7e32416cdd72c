/** What following tells whom and when, and what it writes. */
import { assertEquals } from "@std/assert";
import { type Connection, CONNECTION_LIMITS } from "../lib/connection.ts";
import {
  Following,
  FOLLOWING_LIMITS,
  type FollowingStore,
} from "../lib/following.ts";
import { CLOSE, type FollowedRoom, type MeFrame } from "../lib/protocol.ts";
import { SLOW_LIMITS, SlowConnections } from "../lib/slow_connections.ts";
import { fakeConnection } from "./support/fake_socket.ts";
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

const STORE: FollowingStore = {
  load,
  postsAt: () => Promise.resolve(null),
  markRead: () => Promise.resolve(),
  markUnread: () => Promise.resolve(),
  whenReady: () => Promise.resolve(),
  onError: (error) => {
    throw error;
  },
};

/** Connections of Ana's, which close as the server's do. */
function setUp(over: Partial<FollowingStore> = {}) {
  const slow = new SlowConnections(() => {});
  const following = new Following({
    ...STORE,
    whenReady: (connection) => slow.wait(connection),
    ...over,
  });
  const connect = (name = "Ana") => {
    const made = fakeConnection({
      name,
      onClose: (connection) => {
        slow.forget(connection);
        following.disconnect(connection);
      },
    });
    following.connect(made.connection);
    const heads = () =>
      made.socket.frames.map((frame) =>
        frame.type === "me" ? frame.rooms[0]!.head : null
      );
    return { ...made, heads };
  };
  const grow = (seq: number) =>
    following.roomGrew({ room: "plans", seq, posts: seq });
  return { following, slow, connect, grow };
}

/** Fake time for all that following and slow connections look at. */
function fakeTime() {
  return FakeTimers.install({
    toFake: [
      ...["setTimeout", "clearTimeout"] as const,
      ...["setInterval", "clearInterval", "performance"] as const,
    ],
  });
}

Deno.test("Following closes who never reads what is told, and tells the others once [D3] [D6]", async () => {
  const clock = fakeTime();
  try {
    const { following, slow, connect, grow } = setUp();
    const desk = connect();
    await clock.tickAsync(FOLLOWING_LIMITS.interval);
    const stuck = connect();
    stuck.socket.bufferedAmount = CONNECTION_LIMITS.mark;
    grow(1);
    await clock.tickAsync(FOLLOWING_LIMITS.interval * 5);
    assertEquals(desk.heads(), [0, 1]);
    assertEquals(slow.size, 1);
    assertEquals(stuck.socket.closed, undefined);
    // What is told meanwhile begins no wait anew.
    grow(2);
    await clock.tickAsync(SLOW_LIMITS.stalled);
    assertEquals(stuck.socket.closed?.code, CLOSE.tooSlow);
    assertEquals(stuck.socket.terminated, true);
    assertEquals(stuck.heads(), [0]);
    await clock.tickAsync(FOLLOWING_LIMITS.interval * 5);
    assertEquals(desk.heads(), [0, 1, 2]);
    assertEquals(slow.size, 0);
    desk.connection.close(1000, "");
    await following.close();
  } finally {
    clock.uninstall();
  }
});

Deno.test("Following tells who reads again the newest state alone, once [D6]", async () => {
  const clock = fakeTime();
  try {
    const { following, connect, grow } = setUp();
    const desk = connect();
    await clock.tickAsync(FOLLOWING_LIMITS.interval);
    const slow = connect();
    slow.socket.bufferedAmount = CONNECTION_LIMITS.mark;
    for (const seq of [1, 2, 3]) {
      grow(seq);
      await clock.tickAsync(FOLLOWING_LIMITS.interval);
    }
    slow.socket.bufferedAmount = 0;
    await clock.tickAsync(FOLLOWING_LIMITS.interval * 5);
    assertEquals(slow.heads(), [0, 3]);
    assertEquals(desk.heads(), [0, 1, 2, 3]);
    // It stops once more, and is told by the tick before anyone looks at it.
    slow.socket.bufferedAmount = CONNECTION_LIMITS.mark;
    grow(4);
    await clock.tickAsync(SLOW_LIMITS.interval / 2);
    assertEquals(slow.heads(), [0, 3]);
    await clock.tickAsync(FOLLOWING_LIMITS.interval - SLOW_LIMITS.interval);
    slow.socket.bufferedAmount = 0;
    grow(5);
    await clock.tickAsync(FOLLOWING_LIMITS.interval * 5);
    assertEquals(slow.heads(), [0, 3, 5]);
    assertEquals(desk.heads(), [0, 1, 2, 3, 4, 5]);
    // What it waits for is nothing once it is gone.
    slow.socket.bufferedAmount = CONNECTION_LIMITS.mark;
    grow(6);
    await clock.tickAsync(FOLLOWING_LIMITS.interval);
    slow.connection.close(1000, "");
    await clock.tickAsync(FOLLOWING_LIMITS.interval * 5);
    assertEquals(slow.heads(), [0, 3, 5]);
    assertEquals(desk.heads(), [0, 1, 2, 3, 4, 5, 6]);
    desk.connection.close(1000, "");
    await following.close();
  } finally {
    clock.uninstall();
  }
});

Deno.test("Whoever goes has their own read cursors written, the others' wait to be written together [D6]", async () => {
  const clock = fakeTime();
  try {
    const writes: string[][] = [];
    let isAway = false;
    const errors: unknown[] = [];
    const { following, connect, grow } = setUp({
      markRead: (cursors) => {
        writes.push(
          cursors.map(({ person, room, seq }) => `${person} ${room} ${seq}`),
        );
        return isAway ? Promise.reject("away") : Promise.resolve();
      },
      onError: (error) => errors.push(error),
    });
    const ana = connect("Ana");
    const others = ["Omar", "Mai", "Lin"].map((name) => connect(name));
    const [omar, mai, lin] = others as [typeof ana, typeof ana, typeof ana];
    const read = ({ connection }: typeof ana, seq: number) =>
      following.read(connection.session.person.id, "plans", seq);
    await clock.tickAsync(FOLLOWING_LIMITS.interval);
    grow(2);
    await read(ana, 2);
    await read(omar, 2);
    await read(mai, 2);
    mai.connection.close(1000, "");
    lin.connection.close(1000, "");
    await clock.tickAsync(FOLLOWING_LIMITS.interval);
    assertEquals(writes, [["person-Mai plans 2"]]);
    await clock.tickAsync(FOLLOWING_LIMITS.readInterval);
    assertEquals(writes.splice(0), [
      ["person-Mai plans 2"],
      ["person-Ana plans 2", "person-Omar plans 2"],
    ]);
    await clock.tickAsync(FOLLOWING_LIMITS.readInterval * 2);
    assertEquals(writes, []);
    // What could not be written is, later, whether its reader is there or not.
    isAway = true;
    grow(3);
    await read(ana, 3);
    await read(omar, 3);
    omar.connection.close(1000, "");
    await clock.tickAsync(0);
    assertEquals(errors, ["away"]);
    isAway = false;
    await clock.tickAsync(FOLLOWING_LIMITS.readInterval);
    assertEquals(writes.splice(0), [
      ["person-Omar plans 3"],
      ["person-Ana plans 3", "person-Omar plans 3"],
    ]);
    grow(4);
    await read(ana, 4);
    await following.close();
    assertEquals(writes, [["person-Ana plans 4"]]);
    assertEquals(clock.countTimers(), 0);
  } finally {
    clock.uninstall();
  }
});

Deno.test("Who leave while cursors are being written have theirs written together [D6]", async () => {
  const clock = fakeTime();
  try {
    const writes: { people: string[]; end: (error?: unknown) => void }[] = [];
    const errors: unknown[] = [];
    const { following, connect, grow } = setUp({
      markRead: (cursors) =>
        new Promise((resolve, reject) =>
          writes.push({
            people: cursors.map(({ person, seq }) => `${person} ${seq}`),
            end: (error) => error ? reject(error) : resolve(),
          })
        ),
      onError: (error) => errors.push(error),
    });
    const names = ["Ana", "Omar", "Mai", "Lin", "Noa"];
    const people = names.map((name) => connect(name).connection);
    await clock.tickAsync(FOLLOWING_LIMITS.interval);
    grow(2);
    const idOf = ({ session }: Connection) => session.person.id;
    for (const one of people) await following.read(idOf(one), "plans", 2);
    const [ana, omar, mai, lin, noa] = people as [
      ...[Connection, Connection, Connection, Connection, Connection],
    ];
    ana.close(1000, "");
    omar.close(1000, "");
    mai.close(1000, "");
    // Who asks is answered when their own are stored.
    let stored: boolean | undefined;
    const asked = following.flush(idOf(lin)).then((is) => stored = is);
    await clock.tickAsync(0);
    assertEquals(writes.map((write) => write.people), [["person-Ana 2"]]);
    writes[0]!.end();
    await clock.tickAsync(0);
    assertEquals(writes.length, 2);
    const together = ["person-Omar 2", "person-Mai 2", "person-Lin 2"];
    assertEquals(writes[1]!.people, together);
    assertEquals(stored, undefined);
    // Who leaves now waits for the next; what fails now is kept.
    noa.close(1000, "");
    writes[1]!.end("away");
    await asked;
    assertEquals([stored, errors], [false, ["away"]]);
    await clock.tickAsync(0);
    assertEquals(writes[2]!.people, ["person-Noa 2"]);
    const closing = following.close();
    await clock.tickAsync(0);
    assertEquals(writes.length, 3);
    writes[2]!.end();
    await clock.tickAsync(0);
    assertEquals(writes[3]!.people, together);
    writes[3]!.end();
    await closing;
    lin.close(1000, "");
    assertEquals([writes.length, clock.countTimers()], [4, 0]);
  } finally {
    clock.uninstall();
  }
});

Deno.test("What comes while someone's first state is read is counted in it [D6]", async () => {
  const clock = fakeTime();
  try {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { following, connect, grow } = setUp({
      load: async (person) => {
        // As of now, whatever comes until it is there.
        const me = await load(person);
        await promise;
        return me;
      },
    });
    const { socket, connection } = connect();
    await clock.tickAsync(FOLLOWING_LIMITS.interval);
    grow(1);
    grow(2);
    resolve();
    await clock.tickAsync(FOLLOWING_LIMITS.interval * 5);
    const told = socket.frames.map((frame) =>
      frame.type === "me"
        ? frame.rooms.map(({ head, posts, lastReadPosts }) => [
          ...[head, posts - lastReadPosts],
        ])
        : null
    );
    assertEquals(told, [[[2, 2], [0, 0]]]);
    connection.close(1000, "");
    await following.close();
  } finally {
    clock.uninstall();
  }
});

Deno.test("Following tells in direct rooms alone whether one of the others is here", async () => {
  const clock = FakeTimers.install({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const following = new Following(STORE);
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
