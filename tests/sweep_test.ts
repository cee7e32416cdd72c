/** A look at the database that fails loses no news [L6]. */
import { assertEquals } from "@std/assert";
import type { Changed } from "../lib/db/open.ts";
import { Sweep, SWEEP_INTERVALS } from "../lib/sweep.ts";
import FakeTimers from "@sinonjs/fake-timers";

/** A sweep from mark 1 on, over a database whose mark grows with each answer. */
class Watched {
  readonly asked: (string | null)[] = [];
  readonly told: string[] = [];
  readonly errors: string[] = [];
  readonly sweep: Sweep;
  fails: "query" | "telling" | null;
  #mark = 1;

  constructor(fails: "query" | "telling" | null) {
    this.fails = fails;
    this.sweep = new Sweep({
      db: { changedSince: (since) => this.#changedSince(since) },
      signals: { isHealthy: true },
      mark: "1",
      onChanged: ({ mark }) => {
        if (this.fails === "telling") throw new Error("a mistake");
        this.told.push(mark);
      },
      onError: (error) => this.errors.push(String(error)),
    });
  }

  #changedSince(since: string | null): Promise<Changed> {
    this.asked.push(since);
    if (this.fails === "query") return Promise.reject(new Error("away"));
    const mark = `${++this.#mark}`;
    return Promise.resolve({ mark, rooms: [], persons: [] });
  }
}

async function withClock(
  test: (next: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const clock = FakeTimers.install({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    await test(() => clock.tickAsync(SWEEP_INTERVALS.healthy));
    assertEquals(clock.countTimers(), 0);
  } finally {
    clock.uninstall();
  }
}

Deno.test("What is committed while no look succeeds is news, from before the first one on [L6]", async () => {
  await withClock(async (next) => {
    const watched = new Watched("query");
    await next();
    watched.fails = null;
    await next();
    watched.fails = "query";
    await next();
    watched.fails = null;
    await next();
    assertEquals(watched.asked, ["1", "1", "1", "2", "2"]);
    assertEquals(watched.told, ["2", "3"]);
    assertEquals(watched.errors, [], "the database reports its own");
    await watched.sweep.close();
  });
});

Deno.test("What the sweep fails to tell is reported, and told with the next look [L6]", async () => {
  await withClock(async (next) => {
    const watched = new Watched("telling");
    await next();
    watched.fails = null;
    await next();
    await next();
    assertEquals(watched.asked, ["1", "1", "1", "4"]);
    assertEquals(watched.told, ["4", "5"]);
    assertEquals(watched.errors, ["Error: a mistake", "Error: a mistake"]);
    await watched.sweep.close();
  });
});
