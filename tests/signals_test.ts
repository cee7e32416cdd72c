/** What signals keep whichever engine carries them. */
import { assert, assertEquals } from "@std/assert";
import { uuidv7 } from "../lib/client/uuid.ts";
import type { News } from "../lib/signals/news.ts";
import {
  type Outgoing,
  type SignalEngine,
  Signals,
} from "../lib/signals/signals.ts";
import { turns } from "./support/until.ts";

/** An engine that is as slow as a test wants. */
class SlowEngine implements SignalEngine {
  readonly name = "slow";
  readonly gate = Promise.withResolvers<void>();
  readonly listened: string[] = [];
  readonly ignored: string[] = [];
  readonly sent: Outgoing[] = [];

  start(): void {}

  async send(texts: readonly Outgoing[]): Promise<void> {
    this.sent.push(...texts);
    await this.gate.promise;
  }

  async listen(subject: string): Promise<void> {
    this.listened.push(subject);
    await this.gate.promise;
  }

  ignore(subject: string): void {
    this.ignored.push(subject);
  }

  close = () => Promise.resolve();
}

Deno.test("Who listens as the second waits, too, until the subject is heard [L6]", async () => {
  const engine = new SlowEngine();
  const signals = new Signals(engine);
  let heard = 0;
  const listening = [1, 2].map(async () => {
    await signals.listen("room.a");
    heard++;
  });
  await turns();
  assertEquals(heard, 0);
  engine.gate.resolve();
  await Promise.all(listening);
  assertEquals(engine.listened, ["all", "room.a"]);
  signals.ignore("room.a");
  assertEquals(engine.ignored, [], "one still listens");
  signals.ignore("room.a");
  signals.ignore("room.a");
  assertEquals(engine.ignored, ["room.a"]);
  await signals.close();
});

Deno.test("What replaces older news is told however much waits [L6]", async () => {
  const engine = new SlowEngine();
  const signals = new Signals(engine);
  const rooms = Array.from({ length: 10_001 }, () => uuidv7());
  const grew = (room: string, seq: number): News => (
    { kind: "grew", room, seq, posts: seq }
  );
  signals.tell(grew(uuidv7(), 1));
  await turns();
  assertEquals(engine.sent.length, 1, "the engine is busy");
  for (const room of rooms) signals.tell(grew(room, 1));
  signals.tell(grew(rooms[0]!, 2));
  engine.gate.resolve();
  await signals.close();
  assertEquals(engine.sent.length, 10_001, "one too many was lost");
  const first = engine.sent.find(({ text }) => text.includes(rooms[0]!));
  assert(first?.text.includes('"seq":2'), first?.text);
});
