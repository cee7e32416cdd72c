/** People who talk in Chromium, whatever breaks between them. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest, DESK, isSound, PHONE } from "./support/browser.ts";
import { exampleClient } from "./support/doc_example.ts";
import { TcpProxy } from "./support/tcp_proxy.ts";
import { until } from "./support/until.ts";

browserTest(
  "Two people talk, edit and delete, and see each other",
  async (server, visitors) => {
    const ana = await visitors.come();
    await ana.page.goto(server.url);
    await ana.page.getByRole("textbox", { name: "Name" }).fill("Ana");
    await ana.page.getByRole("button", { name: "Enter" }).click();
    await ana.seesStatus("Connected");
    const omar = await (await visitors.come()).enter(server.url, "Omar");
    await ana.says("Hello Omar");
    await ana.sees("Hello Omar");
    await omar.sees("Hello Omar");
    await omar.says("Hello **Ana**, see https://example.org/a?b=c and `code`");
    await ana.sees("and code");
    const link = ana.log.getByRole("link", { name: /example.org/ });
    assertEquals(await link.getAttribute("href"), "https://example.org/a?b=c");

    const people = ana.page.getByRole("list", { name: "People" });
    await people.getByText("Omar").waitFor();
    await omar.composer.pressSequentially("I am wri");
    await ana.page.getByText(/Omar.? is writing/).waitFor();
    await omar.composer.fill("");

    await ana.composer.press("ArrowUp");
    await ana.page.getByRole("textbox", { name: "Edit message" }).fill(
      "Hi Omar",
    );
    await ana.page.keyboard.press("Enter");
    await omar.sees("Hi Omar");
    await omar.message("(edited)").waitFor();

    await ana.message("Hi Omar").hover();
    await ana.page.getByRole("button", { name: "Delete", exact: true }).click();
    await ana.page.getByRole("button", { name: "Delete it" }).click();
    await omar.sees("Message deleted");
    assertEquals(await omar.message("Hi Omar").count(), 0);
    await isSound(ana);
    await isSound(omar);
  },
);

browserTest(
  "One who is cut off comes back by itself; nothing is lost, doubled or out of order",
  async (server, visitors) => {
    using proxy = new TcpProxy(server.port);
    const ana = await (await visitors.come()).enter(proxy.url, "Ana");
    const omar = await (await visitors.come()).enter(server.url, "Omar");
    await ana.says("one");
    await omar.sees("one");
    proxy.cut();
    await ana.seesStatus("Reconnecting");
    await omar.says("two");
    await omar.says("three");
    await omar.sees("three");
    await ana.says("four");
    await ana.says("five");
    await ana.message("five").waitFor();
    proxy.mend();
    await ana.seesStatus("Connected");
    for (const visitor of [ana, omar]) {
      await visitor.sees("five");
      assertEquals(await visitor.texts(), [
        "one",
        "two",
        "three",
        "four",
        "five",
      ]);
    }
    await isSound(ana);
  },
);

browserTest(
  "A server killed and started again loses nothing and needs no reload",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const omar = await (await visitors.come()).enter(server.url, "Omar");
    for (const { page } of [ana, omar]) {
      await page.evaluate(() =>
        Object.assign(globalThis, { notReloaded: true })
      );
    }
    for (let round = 0; round < 3; round++) {
      await ana.says(`before ${round}`);
      await omar.sees(`before ${round}`);
      await omar.says(`sent and killed ${round}`);
      await server.kill();
      await ana.says(`while gone ${round}`);
      await server.restart();
      for (const visitor of [ana, omar]) {
        await visitor.seesStatus("Connected");
        await visitor.sees(`sent and killed ${round}`);
        await visitor.sees(`while gone ${round}`);
      }
    }
    const texts = await ana.texts();
    assertEquals(texts.length, 9);
    assertEquals(await omar.texts(), texts);
    for (const { page } of [ana, omar]) {
      assert(await page.evaluate(() => "notReloaded" in globalThis));
    }
  },
);

browserTest(
  "Unread counts show for rooms not on screen, in the list and in the title",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    await ana.page.getByRole("button", { name: "New room" }).click();
    await ana.page.getByRole("textbox", { name: "Room name" }).fill("Boats");
    await ana.page.getByRole("button", { name: "Create" }).click();
    await ana.page.getByRole("heading", { name: "Boats" }).waitFor();
    const omar = await (await visitors.come()).enter(server.url, "Omar");
    await ana.says("In boats");
    await omar.says("In the lobby");
    await omar.says("@Ana, once more");
    const rooms = ana.page.getByRole("navigation", { name: "Rooms" });
    await rooms.getByLabel("2 unread").waitFor();
    await rooms.getByLabel("mentioned 1 time").first().waitFor();
    await ana.page.waitForFunction(() => document.title.startsWith("(1)"));
    await rooms.getByRole("link", { name: /lobby/ }).click();
    await ana.sees("once more");
    await ana.page.waitForFunction(() => !document.title.startsWith("("));
    await ana.page.goBack();
    await ana.sees("In boats");
    await isSound(ana);
  },
);

browserTest(
  "Older messages load on scrolling up, as they are now and without a jump",
  async (server, visitors) => {
    const ana = await visitors.come();
    await ana.enter(server.url, "Ana");
    await ana.page.evaluate(async () => {
      const { token } = await (await fetch("/api/session", {
        method: "POST",
        body: JSON.stringify({ name: "Robin" }),
      })).json();
      const url = `${location.origin.replace("http", "ws")}/api/ws`;
      const socket = new WebSocket(url, ["atoll.v1", `atoll.token.${token}`]);
      await new Promise((resolve) => socket.onopen = resolve);
      const room = "lobby";
      const newId = () => crypto.randomUUID();
      const ids = Array.from({ length: 90 }, newId);
      const change = (type: string, message: string, body?: string) => (
        { type, room, id: newId(), message, body }
      );
      const frames = [
        ...ids.map((id, i) => ({
          type: "post",
          room,
          id,
          body: `message ${i}.`,
        })),
        change("edit", ids[3]!, "edited 3"),
        change("delete", ids[4]!),
      ];
      let stored = 0;
      const done = new Promise<void>((resolve) =>
        socket.onmessage = ({ data }) => {
          if (JSON.parse(data).type === "posted") stored++;
          if (stored === frames.length) resolve();
        }
      );
      for (const frame of frames) socket.send(JSON.stringify(frame));
      await done;
    });
    await ana.page.reload();
    await ana.seesStatus("Connected");
    await ana.sees("message 89.");
    assertEquals(await ana.message("message 20.").count(), 0);
    for (let i = 0; await ana.message("message 0.").count() === 0; i++) {
      assert(i < 60, "the oldest message never came");
      await scrollUp(ana.page);
    }
    await ana.sees("edited 3");
    assertEquals(await ana.message("message 4.").count(), 0);
    await ana.message("Message deleted").waitFor();
    await isSound(ana);
  },
);

/** Scrolls up a little and checks that what was in sight moves by just that. */
async function scrollUp(page: Page): Promise<void> {
  const jump = await page.evaluate(async () => {
    const log = document.querySelector("[role=log]")!;
    const frame = () =>
      new Promise((resolve) => requestAnimationFrame(resolve));
    log.scrollTop -= 300;
    await frame();
    const top = log.getBoundingClientRect().top;
    const seen = [...log.querySelectorAll("article")]
      .find((article) => article.getBoundingClientRect().top > top + 40)!;
    const before = seen.getBoundingClientRect().top;
    for (let i = 0; i < 20; i++) await frame();
    return Math.abs(seen.getBoundingClientRect().top - before);
  });
  assert(jump < 2, `what was in sight moved by ${jump} px`);
}

browserTest(
  "A session that ends leaves the page open, says so and keeps what is unsent",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    await ana.composer.fill("A long thought");
    await ana.page.evaluate(() => fetch("/api/session", { method: "DELETE" }));
    await ana.page.getByText("You are signed out").waitFor();
    await ana.page.getByText("A long thought").waitFor();
  },
);

browserTest(
  "A second tab of the same person sees the same",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const second = await ana.page.context().newPage();
    await second.goto(`${server.url}/rooms/lobby`);
    await ana.says("From the first tab");
    await second.getByRole("article").filter({ hasText: "From the first tab" })
      .waitFor();
    const people = second.getByRole("list", { name: "People" });
    assertEquals(await people.getByRole("listitem").count(), 1);
  },
);

browserTest(
  "Text that looks like HTML or a script stays text",
  async (server, visitors) => {
    const ana = await (await visitors.come({ bypassCSP: true })).enter(
      server.url,
      "Ana",
    );
    const omar = await (await visitors.come({ bypassCSP: true })).enter(
      server.url,
      "<img src=x onerror=alert(1)>",
    );
    const vectors = [
      "<script>document.title='broken'</script>",
      "<img src=x onerror=\"document.title='broken'\">",
      "javascript:document.title='broken'",
      "https://example.org/\"onmouseover=\"document.title='broken'",
      "```html\n<svg onload=\"document.title='broken'\">\n```",
      "`<b>`",
    ];
    for (const vector of vectors) await omar.says(vector);
    await omar.says("the end");
    await ana.sees("the end");
    await ana.page.reload();
    await ana.sees("the end");
    assert(!(await ana.page.title()).includes("broken"));
    assertEquals(await ana.log.locator("script, img, svg[onload]").count(), 0);
    for (const link of await ana.log.getByRole("link").all()) {
      assert(
        (await link.getAttribute("href"))!.startsWith("https://example.org/"),
      );
    }
  },
);

for (
  const [name, viewport] of [["a phone", PHONE], ["a desk", DESK]] as const
) {
  browserTest(
    `Everything needed is within reach on ${name}`,
    async (server, visitors) => {
      const options = viewport === PHONE
        ? { viewport, hasTouch: true, isMobile: true }
        : { viewport };
      const ana = await (await visitors.come(options)).enter(server.url, "Ana");
      await isSound(ana);
      await ana.says("x".repeat(500) + " مرحبا " + "漢".repeat(200));
      await ana.sees("مرحبا");
      await isSound(ana);
      const box = await ana.page.getByRole("button", { name: "Send" })
        .boundingBox();
      assert(box && box.y + box.height <= viewport.height);
      if (viewport === PHONE) {
        await ana.page.getByRole("button", { name: "Rooms" }).click();
      }
      await ana.page.getByRole("navigation", { name: "Rooms" })
        .getByRole("link", { name: /lobby/ }).waitFor();
      await isSound(ana);
    },
  );
}

browserTest(
  "Without JavaScript one enters, reads and posts",
  async (server, visitors) => {
    const live = await (await visitors.come()).enter(server.url, "Omar");
    await live.says("Can you read this?");
    await live.sees("Can you read this?");
    const { page } = await visitors.come({ javaScriptEnabled: false });
    await page.goto(server.url);
    await page.getByRole("textbox", { name: "Name" }).fill("Ana");
    await page.getByRole("button", { name: "Enter" }).click();
    await page.getByRole("article").filter({ hasText: "Can you read this?" })
      .waitFor();
    await page.getByRole("textbox", { name: "Message" }).fill("Yes, and write");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("article").filter({ hasText: "Yes, and write" })
      .waitFor();
    await live.sees("Yes, and write");
    await page.goBack();
    await page.reload();
    assertEquals(await live.message("Yes, and write").count(), 1);
  },
);

browserTest(
  "The example of docs/protocol.md chats from a bare page",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const { page } = await visitors.come();
    await page.goto(`${server.url}/icon.svg`);
    const lines: string[] = [];
    page.on("console", (message) => lines.push(message.text()));
    await page.evaluate(
      `(async () => {${await exampleClient(server.url, "Robin")}})()`,
    );
    await ana.sees("Hello!");
    await ana.says("Hello Robin");
    await until(() => lines.includes("Ana: Hello Robin"));
  },
);
