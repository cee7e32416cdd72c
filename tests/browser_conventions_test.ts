/** What hands already know from other chats. */
import { assert, assertEquals } from "@std/assert";
import type { Locator } from "playwright-core";
import { browserTest, isSound, type Visitor } from "./support/browser.ts";

const rooms = ({ page }: Visitor) =>
  page.getByRole("navigation", { name: "Rooms" });

async function makeRoom({ page }: Visitor, name: string): Promise<void> {
  await page.getByRole("button", { name: "New room" }).click();
  await page.getByRole("textbox", { name: "Room name" }).fill(name);
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { name, exact: true }).waitFor();
}

/** What has the focus, by its label, or its first words. */
function focused({ page }: Visitor): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement!;
    return element.ariaLabel ?? element.textContent!.slice(0, 20);
  });
}

/** Presses a key as an input method lets the page see it. */
function pressComposing(field: Locator, key: string): Promise<void> {
  return field.evaluate((field, key) => {
    const options = { key, bubbles: true, cancelable: true };
    // As browsers tell it now, and as older ones do.
    for (const how of [{ isComposing: true }, { keyCode: 229 }]) {
      field.dispatchEvent(new KeyboardEvent("keydown", { ...options, ...how }));
    }
  }, key);
}

browserTest(
  "F6 walks through the parts of the page, Alt with arrows through the rooms",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const omar = await (await visitors.come()).enter(server.url, "Omar");
    const { page } = ana;
    const { keyboard } = page;
    await makeRoom(ana, "Anchors");
    await makeRoom(ana, "Boats");
    await ana.composer.focus();
    const parts: string[] = [];
    for (let i = 0; i < 4; i++) {
      await keyboard.press("F6");
      parts.push(await focused(ana));
    }
    assertEquals(parts, ["People", "Rooms", "Messages", "Message"]);
    await keyboard.press("Shift+F6");
    assertEquals(await focused(ana), "Messages");

    const isIn = (name: string) =>
      page.getByRole("heading", { name, exact: true }).waitFor();
    await keyboard.press("Alt+ArrowDown");
    await isIn("lobby");
    await keyboard.press("Alt+ArrowUp");
    await isIn("Boats");
    await keyboard.press("Alt+ArrowUp");
    await isIn("Anchors");
    await omar.says("Ahoy");
    await rooms(ana).getByRole("link", { name: /lobby/ })
      .getByLabel("1 unread").waitFor();
    // Boats is nearer, but has nothing new.
    await keyboard.press("Alt+Shift+ArrowDown");
    await isIn("lobby");
    await ana.sees("Ahoy");
    await keyboard.press("Alt+Shift+ArrowDown");
    await isIn("lobby");
    await keyboard.press("Control+/");
    const list = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await list.getByText("Next part of the page").waitFor();
    await keyboard.press("Escape");
    await list.waitFor({ state: "detached" });
    await isSound(ana);
  },
);

browserTest(
  "While an input method composes its keys send, close and move nothing",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const { page, composer } = ana;
    await ana.says("Mine");
    await ana.sees("Mine");
    await composer.fill("ni hao");
    for (const key of ["Enter", "Escape", "ArrowUp"]) {
      await pressComposing(composer, key);
    }
    assertEquals(await composer.inputValue(), "ni hao");
    await composer.fill("");
    await composer.press("ArrowUp");
    const editor = page.getByRole("textbox", { name: "Edit message" });
    // It moves its cursor when it takes the focus, which `fill` forestalls.
    await editor.and(page.locator(":focus")).waitFor();
    await editor.fill("ni hao");
    for (const key of ["Enter", "Escape"]) await pressComposing(editor, key);
    assertEquals(await editor.inputValue(), "ni hao");
    await editor.press("Escape");
    await editor.waitFor({ state: "detached" });
    await page.keyboard.press("Control+K");
    const field = page.getByRole("combobox", { name: "Room" });
    await pressComposing(field, "Enter");
    assert(await field.isVisible());
    assertEquals(await ana.log.getByRole("article").count(), 1);
  },
);

browserTest(
  "Each room keeps its draft and its place, and what comes meanwhile moves nothing",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const omar = await (await visitors.come()).enter(server.url, "Omar");
    const { page } = ana;
    await makeRoom(ana, "Boats");
    await rooms(ana).getByRole("link", { name: /lobby/ }).click();
    await page.getByRole("heading", { name: "lobby" }).waitFor();
    for (let i = 0; i < 30; i++) await omar.says(`Line ${i}.\n\nAnd more.`);
    await ana.sees("Line 29.");
    await ana.log.evaluate((log) => log.scrollTop = -700);
    const place = () =>
      ana.log.evaluate((log) => {
        const edge = log.getBoundingClientRect().top;
        const row = [...log.querySelectorAll("article")].find((row) =>
          row.getBoundingClientRect().bottom > edge
        )!;
        const top = row.getBoundingClientRect().top - edge;
        return `${row.dataset.seq} at ${Math.round(top)}`;
      });
    await page.getByRole("button", { name: "Jump to the newest" }).waitFor();
    const before = await place();
    for (let i = 0; i < 3; i++) await omar.says(`New ${i}.`);
    await page.getByRole("button", { name: "3 new", exact: true }).waitFor();
    assertEquals(await place(), before);
    await ana.composer.fill("Half a thought");
    const go = async (name: string) => {
      await rooms(ana).getByRole("link", { name }).click();
      await page.getByRole("heading", { name }).waitFor();
    };
    await go("Boats");
    assertEquals(await ana.composer.inputValue(), "");
    await ana.composer.fill("Another");
    await go("lobby");
    assertEquals(await ana.composer.inputValue(), "Half a thought");
    assertEquals(await place(), before);
    await page.keyboard.press("Alt+ArrowDown");
    await page.getByRole("heading", { name: "Boats" }).waitFor();
    assertEquals(await ana.composer.inputValue(), "Another");
    await isSound(ana);
  },
);

browserTest(
  "One's own message is on screen in the frame after Enter, and each runs in its own direction",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const { page, composer } = ana;
    for (const text of ["At once", "Again"]) {
      await composer.fill(text);
      const shown = page.evaluate(
        (text) =>
          new Promise<boolean>((resolve) =>
            addEventListener("keydown", () =>
              requestAnimationFrame(() => {
                const log = document.querySelector("[role=log]")!;
                const row = [...log.querySelectorAll("article")].at(-1);
                const isIn = row?.textContent?.includes(text) ?? false;
                const edge = log.getBoundingClientRect().bottom;
                resolve(
                  isIn && row!.getBoundingClientRect().bottom <= edge + 1,
                );
              }), { once: true, capture: true })
          ),
        text,
      );
      await composer.press("Enter");
      assert(await shown, text);
    }
    await ana.says("שלום, lobby");
    await ana.says("مرحبا بالجميع");
    await ana.sees("مرحبا");
    const sides = await ana.log.locator(".body p").evaluateAll((all) =>
      all.map((one) => getComputedStyle(one).direction)
    );
    assertEquals(sides, ["ltr", "ltr", "rtl", "rtl"]);
    await isSound(ana);
  },
);

browserTest(
  "What one reads stays where it is while the past loads",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const { page } = ana;
    await page.evaluate(async () => {
      const url = new URL("/api/ws", location.href);
      url.protocol = "ws:";
      const socket = new WebSocket(url, "atoll.v1");
      await new Promise((resolve) => socket.onopen = resolve);
      const post = (ref: number, id: string = crypto.randomUUID()) =>
        new Promise<void>((resolve) => {
          socket.onmessage = ({ data }) => {
            const frame = JSON.parse(data);
            if (frame.ref !== ref) return;
            if (frame.type === "posted") return resolve();
            setTimeout(() => post(ref, id).then(resolve), frame.wait ?? 100);
          };
          const body = `no. ${ref} ${"and so on ".repeat(ref % 40)}`;
          const frame = { type: "post", ref, room: "lobby", id, body };
          socket.send(JSON.stringify(frame));
        });
      for (let ref = 1; ref <= 160; ref++) await post(ref);
      socket.close();
    });
    await page.reload();
    await ana.seesStatus("Connected");
    const found = await ana.log.evaluate(async (log) => {
      // Chromium's own count of shifts takes scrolling by a script for one.
      const frame = () => new Promise(requestAnimationFrame);
      const loads: number[] = [];
      for (let rows = 0; loads.length < 2;) {
        log.scrollTop = log.clientHeight - log.scrollHeight + 200;
        await frame();
        const row = log.querySelector("article")!;
        const before = row.getBoundingClientRect().top;
        rows = log.querySelectorAll("article").length;
        while (log.querySelectorAll("article").length === rows) await frame();
        for (let i = 0; i < 5; i++) await frame();
        loads.push(row.getBoundingClientRect().top - before);
      }
      return loads;
    });
    assertEquals(found, [0, 0]);
  },
);
