/** What every kind of signals has to keep. */
import { assert, assertEquals } from "@std/assert";
import { uuidv7 } from "../lib/client/uuid.ts";
import { metrics } from "../lib/metrics.ts";
import {
  type News,
  personSubject,
  roomSubject,
  screenSubject,
} from "../lib/signals/news.ts";
import { type SignalEngine, Signals } from "../lib/signals/signals.ts";
import { turns, until } from "./support/until.ts";

/** A kind of signals, and how its server is broken. */
export interface SignalsHarness {
  name: string;
  /** Whether the test can run here. */
  ignore: boolean;
  /** Runs with a server, of its own if it breaks it; each engine is another machine's. */
  run: (
    test: (tools: {
      engine: () => SignalEngine;
      /** Ends the server and all connections, until `mend`. */
      breakOff: () => Promise<void>;
      mend: () => Promise<void>;
      /** Sends a text as nobody would, under a subject. */
      sendRaw: (subject: string, text: string) => Promise<void>;
    }) => Promise<void>,
    breaks: boolean,
  ) => Promise<void>;
}

class Listener {
  readonly signals: Signals;
  readonly heard: News[] = [];
  readonly health: boolean[] = [];
  readonly problems: string[] = [];

  constructor(engine: SignalEngine) {
    this.signals = new Signals(engine, (text) => this.problems.push(text));
    this.signals.onNews = (news) => this.heard.push(news);
    this.signals.onHealth = (isHealthy) => this.health.push(isHealthy);
  }

  async up(): Promise<this> {
    await until(() => this.signals.isHealthy, "healthy signals");
    return this;
  }
}

const grew = (room: string, seq: number): News => (
  { kind: "grew", room, seq, posts: seq }
);

/** States the contract for one kind. */
export function signalsContract({ name, ignore, run }: SignalsHarness): void {
  const rule = (
    text: string,
    fn: Parameters<typeof run>[0],
    breaks = false,
  ) =>
    Deno.test({
      name: `Signals (${name}): ${text}`,
      ignore,
      fn: () => run(fn, breaks),
    });

  rule(
    "reach all machines that care, in order, and oneself once [L6]",
    async ({ engine }) => {
      const [a, b, c] = await Promise.all(
        [1, 2, 3].map(() => new Listener(engine()).up()),
      ) as [Listener, Listener, Listener];
      const room = uuidv7();
      const other = uuidv7();
      for (const one of [a, b]) await one.signals.listen(roomSubject(room));
      await c.signals.listen(roomSubject(other));
      a.signals.tell(grew(room, 1));
      assertEquals(a.heard, [grew(room, 1)]);
      await until(() => b.heard.length === 1);
      b.signals.tell(grew(room, 2));
      a.signals.tell(grew(other, 7));
      await until(() => a.heard.length === 3 && c.heard.length === 1);
      assertEquals(a.heard, [grew(room, 1), grew(other, 7), grew(room, 2)]);
      assertEquals(b.heard, [grew(room, 1), grew(room, 2)]);
      assertEquals(c.heard, [grew(other, 7)]);
      await Promise.all([a, b, c].map(({ signals }) => signals.close()));
    },
  );

  rule(
    "follow what a machine cares for, as often as it does",
    async ({ engine }) => {
      const a = await new Listener(engine()).up();
      const b = await new Listener(engine()).up();
      const [room, last] = [uuidv7(), uuidv7()];
      await b.signals.listen(roomSubject(room));
      await b.signals.listen(roomSubject(room));
      await b.signals.listen(roomSubject(last));
      b.signals.ignore(roomSubject(room));
      a.signals.tell(grew(room, 1));
      await until(() => b.heard.length === 1);
      b.signals.ignore(roomSubject(room));
      b.signals.ignore(roomSubject(room));
      a.signals.tell(grew(room, 2));
      a.signals.tell(grew(last, 1));
      await until(() => b.heard.length === 2);
      assertEquals(b.heard, [grew(room, 1), grew(last, 1)]);
      await b.signals.listen(roomSubject(room));
      a.signals.tell(grew(room, 3));
      await until(() => b.heard.length === 3);
      await Promise.all([a, b].map(({ signals }) => signals.close()));
    },
  );

  rule("tell only the newest of what is the same", async ({ engine }) => {
    const a = await new Listener(engine()).up();
    const b = await new Listener(engine()).up();
    const [room, other] = [uuidv7(), uuidv7()];
    await b.signals.listen(roomSubject(room));
    await b.signals.listen(roomSubject(other));
    for (let seq = 1; seq <= 1_000; seq++) a.signals.tell(grew(room, seq));
    a.signals.tell(grew(other, 1));
    await until(() =>
      b.heard.some((news) => "room" in news && news.room === other)
    );
    const [first] = b.heard;
    assertEquals(first, grew(room, 1_000));
    assertEquals(b.heard.length, 2);
    await Promise.all([a, b].map(({ signals }) => signals.close()));
  });

  rule(
    "carry texts of every script, and of every length",
    async ({ engine }) => {
      const a = await new Listener(engine()).up();
      const b = await new Listener(engine()).up();
      const room = uuidv7();
      await b.signals.listen(screenSubject(room));
      const people = Array.from({ length: 200 }, (_, i) => (
        { id: uuidv7(), name: `珊瑚 🪸 "${i}"\\`, picture: "abcdefghijkl" }
      ));
      const news: News = {
        ...{ kind: "present", room, machine: uuidv7(), people },
        ids: Array.from({ length: 3_000 }, () => uuidv7()),
      };
      a.signals.tell(news);
      await until(() => b.heard.length === 1);
      assertEquals(b.heard, [news]);
      await Promise.all([a, b].map(({ signals }) => signals.close()));
    },
  );

  rule(
    "pass over what can't be read, and count it",
    async ({ engine, sendRaw }) => {
      const b = await new Listener(engine()).up();
      const person = uuidv7();
      const subject = personSubject(person);
      await b.signals.listen(subject);
      const before = metrics.signals.of("unread");
      const from = uuidv7();
      const wrap = (...news: unknown[]) => JSON.stringify({ from, news });
      const bad = [
        ...["", "{", "null", "[]", '{"from":1,"news":[]}', "part x 0 99 {"],
        wrap({ kind: "grew", room: "../..", seq: 1, posts: 1 }),
        wrap({ kind: "grew", room: person, seq: -1, posts: 1 }),
        wrap({ kind: "grew", room: person, seq: 1e300, posts: 1 }),
        wrap({ kind: "newer than this program" }),
        wrap({ kind: "person", person: ["x"] }, null, 5),
      ];
      for (const text of bad) await sendRaw(subject, text);
      await sendRaw(
        subject,
        wrap({ kind: "person" }, { kind: "person", person, standing: true }),
      );
      await until(() => b.heard.length === 1);
      assertEquals(b.heard, [{ kind: "person", person, standing: true }]);
      assert(metrics.signals.of("unread") - before >= 12);
      await b.signals.close();
    },
  );

  rule(
    "tell that the server is gone, lose what is told meanwhile, and come back by themselves [L6]",
    async ({ engine, breakOff, mend }) => {
      const a = await new Listener(engine()).up();
      const b = await new Listener(engine()).up();
      const room = uuidv7();
      await b.signals.listen(roomSubject(room));
      await breakOff();
      await until(() => !a.signals.isHealthy && !b.signals.isHealthy);
      a.signals.tell(grew(room, 1));
      await a.signals.listen(roomSubject(room));
      await turns();
      assertEquals(b.heard, []);
      await mend();
      await Promise.all([a.up(), b.up()]);
      b.signals.tell(grew(room, 2));
      await until(() => a.heard.length === 2);
      a.signals.tell(grew(room, 3));
      await until(() => b.heard.length === 2);
      assertEquals(a.heard, [grew(room, 1), grew(room, 2), grew(room, 3)]);
      assertEquals(b.heard, [grew(room, 2), grew(room, 3)]);
      assertEquals(a.health, [true, false, true]);
      // Once, however often it was tried.
      assert(a.problems.length <= 1, a.problems.join("\n"));
      await Promise.all([a, b].map(({ signals }) => signals.close()));
    },
    true,
  );

  rule("end while the server is gone", async ({ engine, breakOff }) => {
    const a = await new Listener(engine()).up();
    const b = new Listener(engine());
    await breakOff();
    a.signals.tell(grew(uuidv7(), 1));
    await Promise.all([a, b].map(({ signals }) => signals.close()));
  }, true);
}
