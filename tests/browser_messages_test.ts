/** What one does with messages, in a browser: at a desk and on a phone. */
import { assert, assertEquals } from "@std/assert";
import { isAccessible } from "./support/accessible.ts";
import {
  browserTest,
  DESK,
  isSound,
  PHONE,
  type Visitor,
} from "./support/browser.ts";

/** Shows a message's toolbar and presses one of its buttons. */
async function act(visitor: Visitor, text: string, name: string) {
  const body = visitor.page.locator(".body", { hasText: text });
  const row = visitor.log.getByRole("article").filter({ has: body });
  await row.focus();
  await row.getByRole("button", { name, exact: true }).click();
}

/** Asks the server as the page does. */
function ask<T>({ page }: Visitor, path: string, init: object): Promise<T> {
  return page.evaluate(
    async ([path, init]) => {
      const response = await fetch(path as string, init as RequestInit);
      return await response.json();
    },
    [path, init] as const,
  );
}

browserTest(
  "People react to a message, and everyone sees who did",
  async (server, visitors) => {
    const ana = await (await visitors.come({ bypassCSP: true }))
      .enter(server.url, "Ana");
    const omar =
      await (await visitors.come({ viewport: PHONE, hasTouch: true }))
        .enter(server.url, "Omar");
    await ana.says("Shall we sail?");
    await omar.sees("Shall we sail?");
    await act(omar, "Shall we sail?", "React");
    await omar.page.getByRole("group", { name: "React" })
      .getByRole("button", { name: "React with 👍" }).press("Enter");
    const chip = (visitor: Visitor, name: string) =>
      visitor.message("Shall we sail?").getByRole("button", { name });
    await chip(omar, "👍 1: you").waitFor();
    // Ana joins in by the chip, with the keyboard.
    const own = chip(ana, "👍 1: Omar");
    await own.waitFor();
    assertEquals(await own.getAttribute("aria-pressed"), "false");
    await own.focus();
    await ana.page.keyboard.press("Enter");
    await chip(ana, "👍 2: Omar and you").waitFor();
    await chip(omar, "👍 2: you and Ana").waitFor();
    assertEquals(await chip(ana, "👍").getAttribute("aria-pressed"), "true");
    // Any other emoji comes from the picker, and the focus returns.
    await act(ana, "Shall we sail?", "React");
    await ana.page.getByRole("button", { name: "More emoji" }).click();
    const picker = ana.page.getByRole("dialog", { name: "React" });
    await picker.getByRole("searchbox").fill("sailboat");
    await picker.getByRole("button", { name: "sailboat" }).first().click();
    await chip(omar, "⛵ 1: Ana").waitFor();
    await ana.page.waitForFunction(() =>
      document.activeElement?.tagName === "ARTICLE"
    );
    await isAccessible(ana, "reactions");
    await chip(ana, "👍").click();
    await chip(omar, "👍 1: you").waitFor();
    await ana.page.reload();
    await chip(ana, "👍 1: Omar").waitFor();
    await isSound(ana);
    await isSound(omar);
  },
);

browserTest(
  "A reaction made without a connection arrives later, once",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const omar = await (await visitors.come()).enter(server.url, "Omar");
    await ana.says("Still there?");
    await omar.sees("Still there?");
    await omar.page.context().setOffline(true);
    await omar.seesStatus("Offline");
    await act(omar, "Still there?", "React");
    await omar.page.getByRole("button", { name: "React with 🎉" }).click();
    const own = omar.message("Still there?")
      .getByRole("button", { name: "🎉 1: you" });
    await own.waitFor();
    assertEquals(
      await ana.message("Still there?").getByRole("button", { name: "🎉" })
        .count(),
      0,
    );
    await omar.page.context().setOffline(false);
    await ana.message("Still there?")
      .getByRole("button", { name: "🎉 1: Omar" }).waitFor();
    await own.waitFor();
    await isSound(omar);
  },
);

for (const [kind, viewport] of Object.entries({ desk: DESK, phone: PHONE })) {
  browserTest(
    `A reply quotes what it answers and leads there, and edits can be looked at (${kind})`,
    async (server, visitors) => {
      const ana = await (await visitors.come({ viewport, bypassCSP: true }))
        .enter(server.url, "Ana");
      const { page } = ana;
      await ana.says("Who brings the rope?");
      await ana.sees("Who brings the rope?");
      await ana.message("rope").focus();
      await page.keyboard.press("r");
      const bar = page.getByRole("status").filter({ hasText: "Replying to" });
      await bar.waitFor();
      // The target is kept with the draft.
      await page.keyboard.type("I");
      await page.reload();
      await ana.seesStatus("Connected");
      await bar.waitFor();
      await ana.composer.press("Escape");
      await bar.waitFor({ state: "detached" });
      await act(ana, "rope", "Reply");
      await ana.says("I bring it");
      const quote = ana.message("I bring it")
        .getByRole("link", { name: "In reply to Ana Who brings the rope?" });
      await quote.waitFor();
      assertEquals(await bar.count(), 0);

      // The quote says what its original says now.
      await act(ana, "Who brings", "Edit");
      const editor = page.getByRole("textbox", { name: "Edit message" });
      await editor.fill("Who brings the **anchor**?");
      await editor.press("Enter");
      await ana.message("I bring it").getByText("anchor").waitFor();
      await ana.log.getByRole("button", { name: "(edited)" }).click();
      const versions = page.getByRole("dialog", {
        name: "Edits of this message",
      });
      await versions.getByText("Who brings the rope?").waitFor();
      await versions.locator("strong", { hasText: "anchor" }).waitFor();
      await isAccessible(ana, "versions");
      await page.keyboard.press("Escape");
      await versions.waitFor({ state: "detached" });

      await ana.message("I bring it").getByRole("link").click();
      await page.locator("article.marked", { hasText: "anchor" }).waitFor();
      await act(ana, "Who brings", "Delete");
      await page.getByRole("button", { name: "Delete it" }).click();
      await ana.message("I bring it")
        .getByRole("link", { name: "In reply to Ana Message deleted" })
        .waitFor();
      await isSound(ana);
    },
  );
}

browserTest(
  "Pins are listed, and a link leads to message 1 of 300",
  async (server, visitors) => {
    const ana = await (await visitors.come({ bypassCSP: true }))
      .enter(server.url, "Ana");
    const { page } = ana;
    const body = JSON.stringify({ name: "Crew", kind: "private" });
    const headers = { "content-type": "application/json" };
    const { room } = await ask<{ room: { slug: string } }>(
      ana,
      "/api/rooms",
      { method: "POST", body, headers },
    );
    const address = `${server.url}/rooms/${room.slug}`;
    await page.goto(address);
    await ana.seesStatus("Connected");
    await ana.says("The very first");
    await ana.sees("The very first");
    await act(ana, "The very first", "Pin");
    await ana.message("The very first").getByText("Pinned").waitFor();
    await write(ana, room.slug, 299);
    await ana.sees("no. 299");

    const storageState = await page.context().storageState();
    const phone = await visitors.come({
      ...{ viewport: PHONE, bypassCSP: true, storageState },
    });
    for (const device of [ana, phone]) {
      await leadsByPin(device, address);
      await leadsByAddress(device, address);
      await isSound(device);
    }
  },
);

/** By the list of pins, in the page that is open. */
async function leadsByPin(visitor: Visitor, address: string): Promise<void> {
  const { page } = visitor;
  await page.goto(address);
  await visitor.seesStatus("Connected");
  await page.getByRole("button", { name: "Pinned (1)" }).click();
  const list = page.getByRole("complementary", { name: "Pinned messages" });
  await list.getByRole("link", { name: "The very first" }).waitFor();
  // A phone shows nothing but the list, without the room's heading.
  if (page.viewportSize()!.width === DESK.width) {
    await isAccessible(visitor, "pins");
  }
  await list.getByRole("link", { name: "The very first" }).click();
  const marked = markedFirst(visitor);
  await marked.waitFor();
  await isInView(visitor);
  assert(await marked.evaluate((row) => row === document.activeElement));
  await page.getByRole("button", { name: "Jump to the newest" }).click();
  await visitor.message("no. 299").waitFor();
  await page.waitForFunction(() => !location.search);
  assertEquals(await marked.count(), 0);
}

/** By its address, in a page of its own. */
async function leadsByAddress(
  visitor: Visitor,
  address: string,
): Promise<void> {
  const { page } = visitor;
  await page.goto(`${address}?at=1`);
  await markedFirst(visitor).waitFor();
  await isInView(visitor);
  await isAccessible(visitor, "marked");
  await page.goto(`${address}?at=99999`);
  await page.getByRole("status")
    .filter({ hasText: "This message is gone" }).waitFor();
  await page.getByRole("button", { name: "Close the note" }).click();
}

function markedFirst({ page }: Visitor) {
  return page.locator("article.marked", { hasText: "The very first" });
}

browserTest(
  "Who made a private room deletes what others wrote there, nobody else does",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const bo = await (await visitors.come()).enter(server.url, "Bo");
    const headers = { "content-type": "application/json" };
    const { room } = await ask<{ room: { slug: string } }>(ana, "/api/rooms", {
      ...{ method: "POST", headers },
      body: JSON.stringify({ name: "Crew", kind: "private" }),
    });
    const { person } = await ask<{ person: { id: string } }>(
      bo,
      "/api/session",
      {},
    );
    const path = `/api/rooms/${room.slug}/people/${person.id}`;
    await ana.page.evaluate((path) => fetch(path, { method: "PUT" }), path);
    for (const visitor of [ana, bo]) {
      await visitor.page.goto(`${server.url}/rooms/${room.slug}`);
      await visitor.seesStatus("Connected");
    }
    await ana.says("Be kind");
    await bo.says("Something rude");
    await ana.sees("Something rude");
    await act(ana, "Something rude", "Delete");
    await ana.page.getByRole("button", { name: "Delete it" }).click();
    await bo.page.getByText("Message deleted").waitFor();
    assertEquals(await bo.message("Something rude").count(), 0);
    await bo.message("Be kind").focus();
    const toolbar = bo.page.getByRole("toolbar");
    await toolbar.getByRole("button", { name: "Pin" }).waitFor();
    const names = ["Delete", "Edit"];
    for (const name of names) {
      assertEquals(await toolbar.getByRole("button", { name }).count(), 0);
    }
    await isSound(ana);
    await isSound(bo);
  },
);

browserTest(
  "Somebody who is elsewhere can be mentioned by a part of the name",
  async (server, visitors) => {
    const zoe = await (await visitors.come()).enter(server.url, "Zoe Ab");
    await zoe.page.goto(`${server.url}/rooms`);
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    await ana.composer.pressSequentially("Hello @zo");
    await ana.page.getByRole("option", { name: "Zoe Ab" }).waitFor();
    await ana.composer.press("Enter");
    assertEquals(await ana.composer.inputValue(), "Hello @Zoe Ab ");
    await ana.composer.press("Enter");
    await ana.log.locator(".mention", { hasText: "@Zoe Ab" }).waitFor();
    // In her room the row stands out.
    await zoe.page.goto(`${server.url}/rooms/lobby`);
    await zoe.page.locator("article.mentions-me", { hasText: "Hello" })
      .waitFor();
    await isSound(ana);
  },
);

browserTest(
  "Without scripts a link leads to its message, too",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    await ana.says("The very first");
    await ana.sees("The very first");
    await write(ana, "lobby", 80);
    await ana.sees("no. 80");
    const cookies = await ana.page.context().cookies();
    const bo = await visitors.come({ javaScriptEnabled: false });
    await bo.page.context().addCookies(cookies);
    await bo.page.goto(`${server.url}/rooms/lobby?at=1`);
    await bo.page.waitForURL(/around=1#m-/);
    const row = bo.page.locator("article:target");
    assertEquals((await row.textContent())?.includes("The very first"), true);
    await bo.page.getByRole("link", { name: "Newer messages" }).click();
    await bo.page.getByText("no. 60").waitFor();
  },
);

browserTest(
  "Up edits one's last message where it stands, far up in the room",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const omar = await (await visitors.come()).enter(server.url, "Omar");
    await ana.says("Mine");
    await omar.sees("Mine");
    await write(omar, "lobby", 130);
    await ana.sees("no. 130");
    await ana.composer.press("ArrowUp");
    const editor = ana.page.getByRole("textbox", { name: "Edit message" });
    await editor.waitFor();
    assert(await editor.evaluate((box) => box === document.activeElement));
    await editor.fill("Mine, mended");
    await editor.press("Enter");
    await ana.page.getByText("Mine, mended").waitFor();
    await isSound(ana);
  },
);

/** Posts so many messages over a socket of the page's own, as fast as may be. */
async function write({ page }: Visitor, room: string, count: number) {
  await page.evaluate(async ([room, count]) => {
    const url = new URL("/api/ws", location.href);
    url.protocol = "ws:";
    const socket = new WebSocket(url, "atoll.v1");
    await new Promise((resolve) => socket.onopen = resolve);
    const post = (number: number, id: string = crypto.randomUUID()) => {
      const body = `no. ${number}`;
      return new Promise<void>((resolve) => {
        socket.onmessage = ({ data }) => {
          const frame = JSON.parse(data);
          if (frame.ref !== number) return;
          if (frame.type === "posted") return resolve();
          setTimeout(() => post(number, id).then(resolve), frame.wait ?? 100);
        };
        const frame = { type: "post", ref: number, room, id, body };
        socket.send(JSON.stringify(frame));
      });
    };
    for (let number = 1; number <= count; number++) await post(number);
    socket.close();
  }, [room, count] as const);
}

/** Waits until the marked message is within the log's edges. */
async function isInView({ page }: Visitor): Promise<void> {
  await page.waitForFunction(() => {
    const row = document.querySelector("article.marked");
    const log = document.querySelector("[role=log]");
    if (!row || !log) return false;
    const [a, b] = [row.getBoundingClientRect(), log.getBoundingClientRect()];
    return a.top >= b.top && a.bottom <= b.bottom;
  });
}
