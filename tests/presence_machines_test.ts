import { assertEquals } from "@std/assert";
import FakeTimers from "@sinonjs/fake-timers";
import { Presence } from "../lib/presence.ts";
import type { Person } from "../lib/protocol.ts";
import type { News } from "../lib/signals/news.ts";

/** Machines that hear each other while they run. */
class Machines {
  readonly #running = new Map<string, Presence>();
  readonly #silent = new Set<string>();
  readonly shown = new Map<string, { count: number; people?: Person[] }>();
  readonly frames: string[] = [];

  add(machine: string): Presence {
    const presence = new Presence((_, type, text) => {
      this.frames.push(`${machine} ${type}`);
      if (type === "presence") this.shown.set(machine, JSON.parse(text));
    }, { machine, isShared: true, tell: (news) => this.#tell(machine, news) });
    this.#running.set(machine, presence);
    return presence;
  }

  /** Nothing more is heard of it, as of a machine that was killed. */
  silence(machine: string, isSilent = true): void {
    if (isSilent) this.#silent.add(machine);
    else this.#silent.delete(machine);
  }

  #tell(from: string, news: News): void {
    for (const [machine, presence] of this.#running) {
      const isCutOff = this.#silent.has(from) || this.#silent.has(machine);
      if (machine === from || !isCutOff) presence.hear(news);
    }
  }

  close(): void {
    for (const presence of this.#running.values()) presence.close();
  }
}

const person = (id: string): Person => ({ id, name: `Name of ${id}` });

function simulated(
  name: string,
  test: (machines: Machines, time: FakeTimers.Clock) => void,
): void {
  Deno.test(name, () => {
    const time = FakeTimers.install();
    const machines = new Machines();
    try {
      test(machines, time);
    } finally {
      machines.close();
      time.uninstall();
    }
  });
}

simulated(
  "The people by a machine that was killed vanish within 15 s",
  (machines, time) => {
    const [a, b] = [machines.add("a"), machines.add("b")];
    a.enter("room", person("ana"));
    b.enter("room", person("omar"));
    time.tick(5_000);
    assertEquals(machines.shown.get("b")?.count, 2);
    machines.silence("a");
    time.tick(5_000);
    assertEquals(machines.shown.get("b")?.count, 2);
    time.tick(10_000);
    assertEquals(machines.shown.get("b")?.people, [person("omar")]);
    // It was only cut off.
    machines.silence("a", false);
    time.tick(10_000);
    assertEquals(machines.shown.get("b")?.count, 2);
    assertEquals(machines.shown.get("a")?.count, 2);
  },
);

simulated(
  "Who opens a room learns who was there by other machines, once each",
  (machines, time) => {
    const [a, b] = [machines.add("a"), machines.add("b")];
    a.enter("room", person("ana"));
    a.enter("room", person("noor"));
    time.tick(60_000);
    b.enter("room", person("ana"));
    time.tick(2_000);
    assertEquals(machines.shown.get("b")?.count, 2);
    assertEquals(machines.shown.get("a")?.count, 2);
    // She left one of the two.
    a.leave("room", "ana");
    time.tick(15_000);
    assertEquals(machines.shown.get("a")?.count, 2);
    b.leave("room", "ana");
    time.tick(15_000);
    assertEquals(machines.shown.get("a")?.people, [person("noor")]);
  },
);

simulated(
  "Crowds are counted, not listed, and those by two machines once",
  (machines, time) => {
    const [a, b] = [machines.add("a"), machines.add("b")];
    for (let i = 0; i < 300; i++) a.enter("room", person(`${i}`));
    for (let i = 290; i < 310; i++) b.enter("room", person(`${i}`));
    time.tick(10_000);
    for (const machine of ["a", "b"]) {
      assertEquals(machines.shown.get(machine)?.count, 310);
      assertEquals(machines.shown.get(machine)?.people, undefined);
    }
  },
);

simulated("Pages hear nothing while nothing changes", (machines, time) => {
  const [a, b] = [machines.add("a"), machines.add("b")];
  a.enter("room", person("ana"));
  b.enter("room", person("omar"));
  time.tick(10_000);
  machines.frames.length = 0;
  time.tick(300_000);
  assertEquals(machines.frames, []);
});
