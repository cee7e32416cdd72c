/** Several machines over one PostgreSQL, by each kind of signals. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Atoll, openAtoll } from "../lib/app.ts";
import { uuidv7 } from "../lib/client/uuid.ts";
import { Refusal } from "../lib/errors.ts";
import type { Session } from "../lib/sessions.ts";
import { Guest, TEST_CONFIG } from "./support/atoll.ts";
import { SoftPasskey } from "./support/authenticator.ts";
import { NATS_SERVER, NatsServer } from "./support/nats_server.ts";
import { POSTGRES_URL, PostgresStore } from "./support/postgres_store.ts";
import { turns, until } from "./support/until.ts";

/** Opens machines, and people's sessions on whichever of them. */
class Machines {
  readonly store = new PostgresStore();
  readonly #opened: { atoll: Atoll; data: string }[] = [];
  readonly signals: string;

  constructor(signals: string) {
    this.signals = signals;
  }

  async open(): Promise<Atoll> {
    await this.store.create();
    const data = await Deno.makeTempDir();
    const { settings: postgres } = this.store;
    const { signals } = this;
    const atoll = await openAtoll({ ...TEST_CONFIG, data, postgres, signals });
    this.#opened.push({ atoll, data });
    return atoll;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { atoll, data } of this.#opened) {
      await atoll.close();
      await Deno.remove(data, { recursive: true });
    }
    await this.store.remove();
  }
}

async function enter(atoll: Atoll, name: string): Promise<Session> {
  const { token } = await atoll.accounts.enter(name);
  return (await atoll.sessions.find(token))!;
}

const KINDS = [
  { name: "NATS", ignore: NATS_SERVER === undefined },
  { name: "PostgreSQL", ignore: false },
  { name: "the sweep alone", ignore: false },
];

/** A test for each kind of signals. */
function byAll(
  text: string,
  test: (machines: Machines) => Promise<void>,
  kinds = KINDS,
): void {
  for (const { name, ignore } of kinds) {
    Deno.test({
      name: `By ${name}: ${text}`,
      ignore: ignore || POSTGRES_URL === undefined,
      fn: async () => {
        await using nats = name === "NATS" ? await NatsServer.start() : null;
        const none = name === "PostgreSQL" ? "" : "none";
        await using machines = new Machines(nats?.url ?? none);
        await test(machines);
      },
    });
  }
}

byAll(
  "a message reaches a room on another machine, and the list of who follows it [L6, D6]",
  async (machines) => {
    const [a, b] = [await machines.open(), await machines.open()];
    const ana = new Guest(a, await enter(a, "Ana"));
    const omar = new Guest(b, await enter(a, "Omar"));
    const noor = new Guest(b, await enter(b, "Noor"));
    await omar.ask({ type: "join", room: "lobby" });
    await until(() => noor.last("me") !== undefined, "a list");
    for (const body of ["One", "Two", "Three"]) await ana.post(body);
    await until(() => omar.socket.seqs.length === 3, "three entries");
    assertEquals(omar.socket.seqs, [1, 2, 3]);
    await until(() => noor.last("me")?.rooms[0]?.posts === 3, "the count");
  },
);

byAll(
  "two machines write to a room at once, and both read the same [L1]",
  async (machines) => {
    const atolls = [await machines.open(), await machines.open()];
    const guests: Guest[] = [];
    for (const [i, atoll] of atolls.entries()) {
      const guest = new Guest(atoll, await enter(atoll, `Person ${i}`));
      await guest.ask({ type: "join", room: "lobby" });
      guests.push(guest);
    }
    await Promise.all(
      guests.flatMap((guest) =>
        Array.from({ length: 40 }, (_, i) => guest.post(`${i}`))
      ),
    );
    const all = Array.from({ length: 80 }, (_, i) => i + 1);
    for (const { socket } of guests) {
      await until(() => socket.seqs.length >= 80, "all entries");
      assertEquals(socket.seqs, all);
    }
  },
);

byAll(
  "a ban, a sign-out and a kick end connections to other machines [D5]",
  async (machines) => {
    const [a, b] = [await machines.open(), await machines.open()];
    const owner = await enter(a, "Ana");
    const code = await a.place.offerSetup();
    await a.place.claim(owner, code!, { address: "127.0.0.1", device: "" });
    const who = (await a.sessions.again(owner))!;
    const [omar, noor, liv] = await Promise.all(
      ["Omar", "Noor", "Liv"].map(async (name) =>
        new Guest(b, await enter(a, name))
      ),
    ) as [Guest, Guest, Guest];
    for (const guest of [omar, noor, liv]) {
      await guest.ask({ type: "join", room: "lobby" });
    }
    const ban = {
      kind: "ban",
      until: Date.now() + 60_000,
      reason: "",
    } as const;
    await a.order.take(who, omar.session.person.id, ban);
    await a.sessions.end(noor.session);
    await a.order.take(who, liv.session.person.id, { kind: "kick" });
    for (const { socket } of [omar, noor, liv]) {
      await until(() => socket.closed !== undefined, "the close");
    }
    const codes = [omar, noor, liv].map(({ socket }) => socket.closed!.code);
    assertEquals(codes, [4502, 4500, 4500]);
  },
);

byAll(
  "who is sent out of a private room gets nothing behind that, on whichever machine [D5]",
  async (machines) => {
    const [a, b] = [await machines.open(), await machines.open()];
    const ana = new Guest(a, await enter(a, "Ana"));
    const omar = new Guest(b, await enter(b, "Omar"));
    const { id } = await a.rooms.create(ana.session, "Boats", "private");
    const { id: person } = omar.session.person;
    await a.roomChanges.invite(ana.session, id, person);
    await omar.ask({ type: "join", room: id });
    await ana.post("Hello", id);
    await until(() => omar.socket.seqs.length >= 1, "an entry");
    await a.roomChanges.remove(ana.session, id, person);
    await ana.post("Secret", id);
    await until(() => omar.last("error") !== undefined, "the end");
    const text = JSON.stringify(omar.socket.frames);
    assert(text.includes("Hello") && !text.includes("Secret"));
  },
);

byAll(
  "a new name, a new topic and a risen floor show on other machines",
  async (machines) => {
    const [a, b] = [await machines.open(), await machines.open()];
    const ana = new Guest(a, await enter(a, "Ana"));
    const omar = new Guest(b, await enter(b, "Omar"));
    const room = await a.rooms.create(ana.session, "Boats");
    await omar.post("Here", room.id);
    await omar.ask({ type: "join", room: room.id });
    await ana.post("First", room.id);
    await until(() => omar.socket.seqs.length >= 1, "an entry");
    await a.accounts.rename(ana.session.person.id, "Anouk");
    await a.roomChanges.change(ana.session, room.id, { topic: "Sails" });
    const listed = () =>
      omar.last("me")?.rooms.find((one) => one.room === room.id);
    await until(() => listed()?.topic === "Sails", "the topic");
    // Whoever comes later reads what was encoded before.
    const name = async () => {
      const late = new Guest(b, omar.session);
      await late.ask({
        type: "join",
        room: room.id,
        after: 0,
        epoch: omar.last("me")!.epoch,
      });
      await until(() => late.socket.seqs.length >= 2, "entries");
      const entries = late.socket.frames.flatMap((frame) =>
        frame.type === "entries" ? frame.entries : []
      );
      late.connection.ended();
      return entries.find(({ author }) => author === ana.session.person.id)
        ?.name;
    };
    const giveUp = performance.now() + 60_000;
    while (await name() !== "Anouk") assert(performance.now() < giveUp);
  },
);

byAll(
  "who is present and who writes is known to all machines, and counts once",
  async (machines) => {
    const [a, b] = [await machines.open(), await machines.open()];
    const session = await enter(a, "Ana");
    const ana = new Guest(a, session);
    const elsewhere = new Guest(b, session);
    const omar = new Guest(b, await enter(b, "Omar"));
    for (const guest of [ana, elsewhere, omar]) {
      await guest.ask({ type: "join", room: "lobby" });
    }
    for (const guest of [ana, omar]) {
      await until(() => guest.last("presence")?.count === 2, "both");
    }
    const noor = new Guest(a, await enter(a, "Noor"));
    await noor.ask({ type: "join", room: "lobby" });
    await until(() => omar.last("presence")?.count === 3, "all three");
    assertEquals(
      omar.last("presence")!.people?.map(({ name }) => name).sort(),
      ["Ana", "Noor", "Omar"],
    );
    noor.send({ type: "typing", room: "lobby" });
    await until(
      () => omar.last("typing")?.people[0]?.name === "Noor",
      "typing",
    );
    await noor.post("Done");
    await until(() => omar.last("typing")?.people.length === 0, "its end");
    await a.sessions.end(noor.session);
    await until(() => omar.last("presence")?.count === 2, "the rest");
  },
  KINDS.slice(0, 2),
);

byAll(
  "read cursors and mentions are the same on two machines [D6]",
  async (machines) => {
    const [a, b] = [await machines.open(), await machines.open()];
    const session = await enter(a, "Ana");
    const [phone, desk] = [new Guest(a, session), new Guest(b, session)];
    const omar = new Guest(b, await enter(b, "Omar"));
    await until(() => desk.last("me") !== undefined, "a list");
    await omar.post("@Ana, look");
    const lobby = (guest: Guest) => guest.last("me")?.rooms[0];
    for (const guest of [phone, desk]) {
      await until(() => lobby(guest)?.mentions === 1, "the mention");
    }
    phone.send({ type: "read", room: "lobby", seq: 1 });
    // The phone knows what it read itself.
    await until(
      () => lobby(desk)?.lastRead === 1 && !lobby(desk)?.mentions,
      "what was read",
    );
  },
);

byAll(
  "a passkey is answered on another machine than the one that asked, once",
  async (machines) => {
    const [a, b] = [await machines.open(), await machines.open()];
    const session = await enter(a, "Ana");
    const origin = "https://chat.example.org";
    const passkey = await SoftPasskey.make(origin);
    const site = { origin, browser: "Ana's" };
    const visit = { address: "192.0.2.1", device: "" };
    const added = await a.passkeys.addOptions(session, site, visit.address);
    await b.passkeys.add(session, site, {
      name: "Key",
      response: await passkey.register(added),
    });
    const asked = await a.passkeys.signInOptions(site, visit.address);
    const response = await passkey.sign(asked);
    const tries = await Promise.allSettled(
      [b, a, b].map((atoll) => atoll.passkeys.signIn(site, response, visit)),
    );
    const entered = tries.flatMap((one) =>
      one.status === "fulfilled" ? [one.value.person.id] : []
    );
    assertEquals(entered, [session.person.id]);
    const other = await b.passkeys.signInOptions(site, visit.address);
    const stolen = { origin, browser: "Eve's" };
    const { code } = await assertRejects(
      async () =>
        await a.passkeys.signIn(stolen, await passkey.sign(other), visit),
      Refusal,
    );
    assertEquals(code, "passkey_failed");
  },
  KINDS.slice(2),
);

Deno.test({
  name:
    "Without any signals a lost doorbell costs a moment, never a message [L6]",
  ignore: NATS_SERVER === undefined || POSTGRES_URL === undefined,
  fn: async () => {
    await using nats = await NatsServer.start();
    await using machines = new Machines(nats.url);
    const [a, b] = [await machines.open(), await machines.open()];
    const ana = new Guest(a, await enter(a, "Ana"));
    const omar = new Guest(b, await enter(b, "Omar"));
    await omar.ask({ type: "join", room: "lobby" });
    await ana.post("One");
    await until(() => omar.socket.seqs.length === 1, "the first");
    nats.freeze();
    await ana.post("Two");
    await until(() => omar.socket.seqs.length === 2, "the second");
    nats.thaw();
    await nats.kill();
    await ana.post("Three", "lobby", uuidv7());
    await until(() => omar.socket.seqs.length === 3, "the third");
    await nats.restart();
    await turns();
    await ana.post("Four");
    await until(() => omar.socket.seqs.length === 4, "the fourth");
    assertEquals(omar.socket.seqs, [1, 2, 3, 4]);
  },
});
