import { assertEquals } from "@std/assert";
import type { Entry } from "../lib/protocol.ts";
import { type Guest, withAtoll } from "./support/atoll.ts";
import { until } from "./support/until.ts";

type Posted = Extract<Entry, { kind: "posted" }>;

/** What the log keeps of a body: whom it mentions. */
async function mentionsOf(guest: Guest, body: string): Promise<unknown> {
  await guest.ask({ type: "join", room: "lobby" });
  const { id } = await guest.post(body) as { id: string };
  const find = () =>
    guest.socket.frames.flatMap((frame) =>
      frame.type === "entries" ? frame.entries : []
    ).find((entry): entry is Posted => entry.id === id);
  await until(() => find() !== undefined, body);
  return find()!.mentions?.map(({ name }) => name);
}

Deno.test("A name behind an @ mentions its person, and the longest name wins", async () => {
  await withAtoll(async (_, enter) => {
    const ana = await enter("Ana");
    await enter("Ana Maria");
    await enter("张伟");
    await enter("O'Neill");
    const cases: [string, string[] | undefined][] = [
      ["hello @Ana", ["Ana"]],
      ["hello @ANA, are you there?", ["ANA"]],
      ["@Ana Maria and @ana", ["Ana Maria", "ana"]],
      ["@张伟：开会", ["张伟"]],
      ["你好@张伟开会吧", ["张伟"]],
      ["(@O'Neill)", ["O'Neill"]],
      ["@Ana\nMaria", ["Ana"]],
      ["@Ana @张伟 (@Ana Maria )", ["Ana", "张伟", "Ana Maria"]],
      ["| @Ana |", ["Ana"]],
      ["ana@Ana.example", undefined],
      ["@nobody at all", undefined],
      ["@ Ana", undefined],
      ["no sign", undefined],
    ];
    for (const [body, names] of cases) {
      assertEquals(await mentionsOf(ana, body), names, body);
    }
  });
});

Deno.test("A hundred signs in one body are looked at in bounds", async () => {
  await withAtoll(async (_, enter) => {
    const ana = await enter("Ana");
    const body = `${"@x ".repeat(100)}@Ana`;
    assertEquals(await mentionsOf(ana, body), undefined);
  });
});

Deno.test("Mentions are counted until they are read, edited away or deleted", async () => {
  await withAtoll(async (_, enter) => {
    const [ana, omar] = [await enter("Ana"), await enter("Omar")];
    const count = () =>
      ana.last("me")?.rooms.find(({ slug }) => slug === "lobby")?.mentions ?? 0;
    const [first, second] = [
      await omar.post("@Ana one") as { id: string; seq: number },
      await omar.post("@here two") as { id: string; seq: number },
    ];
    await until(() => count() === 2, "two mentions");
    const lobby = { room: "lobby", id: crypto.randomUUID() };
    await omar.ask({
      ...{ ...lobby, type: "edit", message: second.id, body: "two" },
    });
    await until(() => count() === 1, "one is edited away");
    await omar.ask({
      ...{ ...lobby, type: "delete", message: first.id },
      id: crypto.randomUUID(),
    });
    await until(() => count() === 0, "the other is deleted");
    const third = await omar.post("@Ana three") as { seq: number };
    await omar.post("@Ana four");
    await until(() => count() === 2, "two again");
    ana.send({ type: "read", room: "lobby", seq: third.seq });
    await until(() => count() === 1, "one is read");
  });
});

Deno.test("Whoever is mentioned in an open room follows it from that message on", async () => {
  await withAtoll(async (atoll, enter) => {
    const [ana, omar] = [await enter("Ana"), await enter("Omar")];
    const { id: room } = await atoll.rooms.create(ana.session, "Design");
    const seen = () =>
      omar.last("me")?.rooms.find((followed) => followed.room === room);
    const first = await ana.post("Who draws?", room) as { id: string };
    const second = await ana.post("@Omar, you?", room) as { id: string };
    await ana.post("@omar, please", room);
    await until(() => seen()?.mentions === 2, "both mentions are told");
    const { posts, lastReadPosts } = seen()!;
    assertEquals([posts, lastReadPosts], [3, 1]);

    // Leaving ends it, until one is mentioned anew, be it by an edit.
    const edit = (message: string, body: string) =>
      ana.ask({
        ...{ type: "edit", room, id: crypto.randomUUID(), message, body },
      });
    await atoll.roomChanges.leave(omar.session, room);
    await until(() => seen() === undefined, "the room is gone");
    await edit(second.id, "@Omar, will you?");
    await ana.post("@here, the others?", room);
    const { person } = omar.session;
    const followed = async () =>
      (await atoll.rooms.followed(person.id)).rooms.map(({ slug }) => slug);
    assertEquals(await followed(), ["lobby"]);
    await edit(first.id, "Who draws, @Omar?");
    await until(() => seen()?.mentions === 3, "all that mentions one is new");

    await atoll.roomChanges.remove(ana.session, room, person.id);
    await until(() => seen() === undefined, "one was sent out");
    await ana.post("@Omar, sorry", room);
    assertEquals(await followed(), ["lobby"]);
  });
});
