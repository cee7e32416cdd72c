/** Where someone was mentioned, as far as they may read it. */
import { assertEquals } from "@std/assert";
import type { MentionsPage } from "../lib/inbox.ts";
import { withApp } from "./support/app.ts";
import { Guest, withAtoll } from "./support/atoll.ts";
import { until } from "./support/until.ts";

const texts = ({ mentions }: MentionsPage) =>
  mentions.map(({ excerpt }) => excerpt);

Deno.test("The inbox has what mentions one, the newest first, in pages without gaps", async () => {
  await withAtoll(async (atoll, enter) => {
    const [ana, omar] = [await enter("Ana"), await enter("Omar")];
    await atoll.rooms.create(omar.session, "Boats");
    // At once, so that several have the same time.
    await Promise.all(Array.from({ length: 9 }, (_, i) => {
      const room = i % 2 === 0 ? "lobby" : "boats";
      return omar.post(i % 3 === 2 ? `no ${i}` : `@Ana ${i}`, room);
    }));
    const whole = await atoll.inbox.of(ana.session);
    assertEquals(
      texts(whole).toSorted(),
      [0, 1, 3, 4, 6, 7].map((i) => `@Ana ${i}`),
    );
    assertEquals(whole.before, null);
    const times = whole.mentions.map(({ at }) => at);
    assertEquals(times, times.toSorted((a, b) => b - a));
    const paged: string[] = [];
    let before: string | null = null;
    do {
      const page: MentionsPage = await atoll.inbox.of(ana.session, {
        ...{ before, limit: 2 },
      });
      assertEquals(page.mentions.length, 2);
      paged.push(...texts(page));
      before = page.before;
    } while (before !== null);
    assertEquals(paged, texts(whole));
    for (const { author, unread } of whole.mentions) {
      assertEquals([author.name, unread], ["Omar", true]);
    }
  });
});

Deno.test("What was just read, or marked as unread, shows in the inbox", async () => {
  await withAtoll(async (atoll, enter) => {
    const [ana, omar] = [await enter("Ana"), await enter("Omar")];
    await omar.post("@Ana one");
    await omar.post("@Ana two");
    const unread = async () =>
      (await atoll.inbox.of(ana.session)).mentions.map(({ unread }) => unread);
    const shows = async (expected: boolean[]) => {
      await ana.ask({ type: "ping" });
      assertEquals(await unread(), expected);
    };
    await until(() => ana.last("me")?.rooms[0]?.head === 2);
    await shows([true, true]);
    ana.send({ type: "read", room: "lobby", seq: 1 });
    await shows([true, false]);
    ana.send({ type: "read", room: "lobby", seq: 2 });
    await shows([false, false]);
    ana.send({ type: "unread", room: "lobby", seq: 2 });
    await shows([true, false]);
  });
});

Deno.test("The inbox has nothing of what one may not read, nor what was deleted", async () => {
  await withAtoll(async (atoll, enter) => {
    const [ana, omar] = [await enter("Ana"), await enter("Omar")];
    const { id } = await atoll.rooms.create(omar.session, "Secret", "private");
    const person = ana.session.person.id;
    await atoll.roomChanges.invite(omar.session, id, person);
    await omar.post("@Ana inside", id);
    const gone = await omar.post("@Ana gone") as { id: string };
    await omar.post("@Ana open");
    const shown = async (guest: Guest) =>
      texts(await atoll.inbox.of(guest.session));
    assertEquals((await shown(ana)).length, 3);
    await omar.ask({
      ...{ type: "delete", room: "lobby", message: gone.id },
      id: crypto.randomUUID(),
    });
    assertEquals(await shown(ana), ["@Ana open", "@Ana inside"]);
    await atoll.roomChanges.remove(omar.session, id, person);
    assertEquals(await shown(ana), ["@Ana open"]);
    assertEquals(await shown(omar), []);
    await omar.post("@Omar myself");
    assertEquals(await shown(omar), [], "nobody is told of what they say");
  });
});

Deno.test("GET /api/mentions needs a session, and takes any text for a place", async () => {
  await withApp(async (app) => {
    const stranger = await app.request("/api/mentions");
    assertEquals(stranger.status, 401);
    await stranger.body?.cancel();
    const headers = { cookie: await app.enter("Ana") };
    const noId = `1.2.${"-".repeat(36)}`;
    for (const before of ["", "x", "1.2.3", "1.2.' or 1=1", noId]) {
      const query = new URLSearchParams({ before });
      const response = await app.request(`/api/mentions?${query}`, { headers });
      assertEquals(await response.json(), { mentions: [], before: null });
    }
  });
});
