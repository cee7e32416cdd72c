import { assert, assertEquals } from "@std/assert";
import { DeliveryCounter } from "../lib/client/delivery_counter.ts";
import { REPORT_TIMES } from "../lib/client/delivery_reports.ts";
import type { Entry, Message } from "../lib/protocol.ts";
import { entries, messages, posted, Stage } from "./support/client_fakes.ts";

const NONE = { gaps: 0, doubles: 0, reorders: 0 };

/** What a counter finds in streams that follow one another. */
function countOf(after: number, seqs: number[]) {
  const counter = new DeliveryCounter();
  counter.begin(after);
  for (const seq of seqs) counter.entries([posted(seq)]);
  counter.end();
  return counter.take();
}

/** A room that shows these messages and own rows. */
function shown(
  list: readonly Message[],
  posts: number,
  pending: string[] = [],
) {
  return {
    loaded: true,
    messages: list,
    posts,
    pending: pending.map((id) => ({ id, state: "pending" as const, at: 1 })),
    get: (id: string) => list.find((message) => message.id === id),
  } as unknown as Parameters<DeliveryCounter["look"]>[0];
}

const page = (from: number, to: number) => messages(from, to).messages;

Deno.test("DeliveryCounter counts what a stream leaves out, doubles and brings late [C2]", () => {
  assertEquals(countOf(3, [4, 5, 6]), NONE);
  assertEquals(countOf(3, [5, 6, 9]), { ...NONE, gaps: 3 });
  assertEquals(countOf(3, [4, 5, 5, 4]), { ...NONE, doubles: 2 });
  assertEquals(countOf(3, [4, 6, 5, 7]), { ...NONE, reorders: 1 });
  assertEquals(countOf(0, [2_500]), { ...NONE, gaps: 1_000 });
});

Deno.test("DeliveryCounter follows no stream before a join is answered or after the end [C2]", () => {
  const counter = new DeliveryCounter();
  counter.entries([posted(7)]);
  counter.begin(10);
  counter.end();
  counter.entries([posted(3), posted(3)]);
  // Resumed: what was sent on the connection before may come again.
  counter.begin(5);
  counter.entries([posted(6)]);
  assert(counter.isClean);
});

Deno.test("DeliveryCounter looks at what is shown: once, in order, without holes [C2]", () => {
  const look = (list: Message[], posts: number, pending?: string[]) => {
    const counter = new DeliveryCounter();
    counter.look(shown(list, posts, pending));
    return counter.take();
  };
  const list = page(3, 8);
  assertEquals(look(list, 8, ["mine"]), NONE);
  assertEquals(look(list.toSpliced(2, 1), 8), { ...NONE, gaps: 1 });
  assertEquals(look(list, 10), { ...NONE, gaps: 2 });
  assertEquals(look(list.toSpliced(2, 0, list[2]!), 8), {
    ...NONE,
    doubles: 1,
  });
  assertEquals(look(list, 8, ["id-5"]), { ...NONE, doubles: 1 });
  const swapped = [...list.slice(0, 2), list[3]!, list[2]!, ...list.slice(4)];
  const { reorders } = look(swapped, 8);
  assertEquals(reorders, 1);
});

Deno.test("DeliveryCounter counts what stays wrong once, and again what comes anew [C2]", () => {
  const counter = new DeliveryCounter();
  const holed = page(1, 5).toSpliced(2, 1);
  counter.look(shown(holed, 5));
  counter.look(shown([...holed, ...page(6, 6)], 6));
  assertEquals(counter.take(), { ...NONE, gaps: 1 });
  counter.look(shown(page(1, 6), 6));
  counter.look(shown(page(1, 6).toSpliced(2, 1), 6));
  assertEquals(counter.take(), { ...NONE, gaps: 1 });
});

/** A client that shows room r1 up to entry 3, joined. */
async function joined(stage: Stage) {
  const socket = await stage.connect();
  socket.onFrame = ({ type }) => {
    if (type !== "ping") return;
    queueMicrotask(() => socket.receive({ type: "pong" }));
  };
  stage.client.open("r1", messages(1, 3));
  await stage.clock.tick(0);
  answerJoin(stage);
  return socket;
}

/** Answers the newest join as a server that goes on from there. */
function answerJoin(stage: Stage, list: Entry[] = []): void {
  const ref = stage.socket.of("join").at(-1)!.ref as number;
  stage.socket.receive(entries([], ref));
  if (list.length > 0) stage.socket.receive(entries(list));
}

Deno.test("A page that saw nothing wrong reports nothing, however often it reconnects [C2]", async () => {
  const stage = new Stage();
  const socket = await joined(stage);
  socket.receive(entries([posted(4), posted(5)]));
  for (let n = 6; n < 12; n += 2) {
    stage.socket.drop();
    await stage.reconnect();
    answerJoin(stage, [posted(n), posted(n + 1)]);
  }
  await stage.clock.tick(3 * REPORT_TIMES.interval);
  assertEquals(stage.client.rooms.get("r1")?.cursor.seq, 11);
  assertEquals(stage.sockets.flatMap((one) => one.of("report")), []);
  stage.client.stop();
});

Deno.test("An answer to a join of before the room was left begins no stream [C2]", async () => {
  const stage = new Stage();
  const socket = await stage.connect();
  stage.client.open("r1");
  const [join] = socket.of("join");
  stage.client.close("r1");
  stage.client.open("r1");
  stage.client.close("r1");
  const late = join!.ref as number;
  socket.receive(messages(1, 8, { ref: late }));
  socket.receive(entries([posted(6), posted(7)]));
  stage.client.open("r1");
  answerJoin(stage, [posted(9)]);
  await stage.clock.tick(REPORT_TIMES.delay);
  assertEquals(socket.of("report"), []);
  stage.client.stop();
});

Deno.test("A page reports what it saw wrong, together and at most once a minute [C2]", async () => {
  const stage = new Stage();
  const socket = await joined(stage);
  socket.receive(entries([posted(4), posted(4)]));
  socket.receive(entries([posted(6)]));
  answerJoin(stage, [posted(5), posted(6)]);
  assertEquals(socket.of("report"), []);
  await stage.clock.tick(REPORT_TIMES.delay);
  const report = { type: "report" as const, room: "r1" };
  assertEquals(socket.of("report"), [
    { ...report, gaps: 1, doubles: 1, reorders: 0 },
  ]);
  socket.receive(entries([posted(6)]));
  await stage.clock.tick(REPORT_TIMES.interval / 2);
  assertEquals(socket.of("report").length, 1);
  await stage.clock.tick(REPORT_TIMES.interval / 2);
  assertEquals(socket.of("report").slice(1), [
    { ...report, gaps: 0, doubles: 1, reorders: 0 },
  ]);
  stage.client.stop();
});

Deno.test("What a page saw wrong is reported once it is connected again [C2]", async () => {
  const stage = new Stage();
  const socket = await joined(stage);
  socket.receive(entries([posted(4), posted(4)]));
  socket.drop();
  await stage.clock.tick(0);
  const again = await stage.reconnect();
  answerJoin(stage);
  await stage.clock.tick(REPORT_TIMES.delay);
  assertEquals(socket.of("report"), []);
  assertEquals(again.of("report").map(({ doubles }) => doubles), [1]);
  stage.client.stop();
});
