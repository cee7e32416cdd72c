/** Machines whose clocks are apart: what is promised holds all the same. */
import { assert, assertEquals } from "@std/assert";
import { type Atoll, openAtoll } from "../lib/app.ts";
import { uuidv7 } from "../lib/client/uuid.ts";
import { Guest, TEST_CONFIG } from "./support/atoll.ts";
import { Caller } from "./support/caller.ts";
import { VISIT } from "./support/people.ts";
import { POSTGRES_URL, PostgresStore } from "./support/postgres_store.ts";
import { ServerProcess } from "./support/server.ts";
import { until } from "./support/until.ts";

const MINUTE = 60_000;

/** A machine whose clock is right, and the address of one whose clock is ahead. */
interface Machines {
  here: Atoll;
  ahead: string;
}

async function withMachines(run: (machines: Machines) => Promise<void>) {
  const store = new PostgresStore();
  await store.create();
  const data = await Deno.makeTempDir();
  const clock = new URL("support/clock_ahead.ts", import.meta.url).href;
  const ahead = await ServerProcess.start(
    { ATOLL_DATABASE_URL: `${POSTGRES_URL}/${store.name}` },
    { flags: [`--preload=${clock}`] },
  );
  const config = { ...TEST_CONFIG, data, postgres: store.settings };
  const here = await openAtoll(config);
  try {
    await run({ here, ahead: ahead.url });
  } finally {
    await here.close();
    await ahead[Symbol.asyncDispose]();
    await Deno.remove(data, { recursive: true });
    await store.remove();
  }
}

/** Someone who came in here, and is connected to both machines. */
async function enter({ here, ahead }: Machines, name: string) {
  const { token } = await here.accounts.enter(name);
  const session = (await here.sessions.find(token))!;
  const guest = new Guest(here, session);
  const caller = await Caller.connect(ahead, token);
  for (const one of [guest, caller]) {
    await one.ask({ type: "join", room: "lobby" });
  }
  return { token, session, guest, caller };
}

type Somebody = Awaited<ReturnType<typeof enter>>;

/** They write by both machines in turn. */
async function checkOrder({ guest, caller }: Somebody): Promise<void> {
  const posted: string[] = [];
  for (let i = 0; i < 10; i++) {
    for (const one of [caller, guest]) {
      const body = `Message ${posted.length}`;
      const post = { type: "post", room: "lobby", id: uuidv7(), body };
      assertEquals((await one.ask(post)).type, "posted");
      posted.push(body);
    }
  }
  await until(() => caller.bodies.length === posted.length, "all messages");
  assertEquals(caller.bodies, posted);
  const numbers = posted.map((_, index) => index + 1);
  assertEquals(caller.entries.map(({ seq }) => seq), numbers);
  await until(() => guest.socket.seqs.length === posted.length, "all here");
  assertEquals(guest.socket.seqs, numbers);
  const times = caller.entries.map(({ at }) => at);
  assertEquals(times, times.toSorted((a, b) => a - b), "it runs backwards");
  assert(times[0]! - Date.now() > MINUTE, "the other clock was not ahead");
}

/** Whichever machine the last edit comes by, it is the last one. */
async function checkEdits({ guest, caller }: Somebody): Promise<void> {
  const about = { room: "lobby" };
  for (
    const [first, second] of [[guest, caller], [caller, guest]] as const
  ) {
    const message = uuidv7();
    await first.ask({ type: "post", id: message, body: "One", ...about });
    const edit = { type: "edit", message, ...about };
    await second.ask({ ...edit, id: uuidv7(), body: "Two" });
    await first.ask({ ...edit, id: uuidv7(), body: "Three" });
    for (const reader of [guest, caller]) {
      const history = { type: "history", before: 1_000, ...about };
      const page = await reader.ask(history);
      assert(page.type === "messages", page.type);
      const shown = page.messages.at(-1)!;
      assertEquals([shown.id, shown.body], [message, "Three"]);
      assert(shown.editedAt! >= shown.at);
    }
  }
}

async function signOut(url: string, { token }: Caller): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const method = "DELETE";
  const { status } = await fetch(`${url}/api/session`, { method, headers });
  assertEquals(status, 204);
}

/** What began by one clock holds by the other, and ends with one sign-out. */
async function checkSessions({ here, ahead }: Machines): Promise<void> {
  const noor = await Caller.enter(ahead, ahead, "Noor");
  const session = (await here.sessions.find(noor.token))!;
  assertEquals(session.person.name, "Noor");
  const guest = new Guest(here, session);
  await signOut(ahead, noor);
  await until(() => noor.closed === 4500, "the close there");
  await until(() => guest.socket.closed?.code === 4500, "the close here");
  assertEquals(await here.sessions.find(noor.token), null);
}

/** People by both machines are counted on both, once each, until they go. */
async function checkPresence(
  machines: Machines,
  { guest, caller }: Somebody,
): Promise<void> {
  const omar = await Caller.enter(machines.ahead, machines.ahead, "Omar");
  await omar.ask({ type: "join", room: "lobby" });
  for (const one of [guest, caller, omar]) {
    await until(() => one.last("presence")?.count === 2, "both");
  }
  omar.send({ type: "typing", room: "lobby" });
  const writes = () => guest.last("typing")?.people[0]?.name === "Omar";
  await until(writes, "his typing");
  await signOut(machines.ahead, omar);
  for (const one of [guest, caller]) {
    await until(() => one.last("presence")?.count === 1, "who is left");
  }
}

/** A mute by either machine silences on both, and ends on both. */
async function checkMutes(
  machines: Machines,
  owner: Somebody,
): Promise<void> {
  const { here, ahead } = machines;
  const code = await here.place.offerSetup();
  await here.place.claim(owner.session, code!, VISIT);
  const liv = await enter(machines, "Liv");
  const { id } = liv.session.person;
  const end = Date.now() + 10 * MINUTE;
  const path = `${ahead}/api/people/${id}/mute`;
  const headers = { authorization: `Bearer ${owner.token}` };
  const ask = async (method: string, body?: string) => {
    const answer = await fetch(path, {
      ...{ method, headers },
      ...body !== undefined && { body },
    });
    assertEquals(answer.status, 204);
  };
  const who = (await here.sessions.again(owner.session))!;
  const muted = async (is: boolean) => {
    for (const one of [liv.guest, liv.caller]) {
      const says = () => (one.last("me")?.muted !== undefined) === is;
      await until(says, is ? "the mute" : "its end");
      const post = { type: "post", room: "lobby", id: uuidv7(), body: "Hm" };
      const answer = await one.ask(post);
      const told = answer.type === "error" ? answer.code : answer.type;
      assertEquals(told, is ? "muted" : "posted");
    }
  };
  await here.order.take(who, id, { kind: "mute", until: end, reason: "" });
  await muted(true);
  await ask("DELETE");
  await muted(false);
  await ask("PUT", JSON.stringify({ until: end }));
  await muted(true);
  await here.order.take(who, id, { kind: "unmute" });
  await muted(false);
}

Deno.test({
  name:
    "With clocks ninety seconds apart messages stay in order, the last edit wins, and sessions, presence and mutes hold on both machines [L1, L5, D5]",
  ignore: POSTGRES_URL === undefined,
  fn: async () => {
    await withMachines(async (machines) => {
      const ana = await enter(machines, "Ana");
      await checkOrder(ana);
      await checkEdits(ana);
      await checkSessions(machines);
      await checkPresence(machines, ana);
      await checkMutes(machines, ana);
    });
  },
});
