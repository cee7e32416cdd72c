/** What is new, marks and mentions, in a browser. */
import { assertEquals } from "@std/assert";
import { ChatClient } from "../lib/client/chat_client.ts";
import {
  browserTest,
  DESK,
  isSound,
  PHONE,
  type Visitor,
} from "./support/browser.ts";
import type { ServerProcess } from "./support/server.ts";
import { until } from "./support/until.ts";

/** Someone without a browser, who writes much. */
async function author(server: ServerProcess, name: string) {
  const response = await fetch(`${server.url}/api/session`, {
    method: "POST",
    body: JSON.stringify({ name }),
  });
  const { token } = await response.json();
  const url = `${server.url.replace("http", "ws")}/api/ws`;
  const client = new ChatClient({ url, token });
  client.start();
  return {
    client,
    async says(...texts: string[]): Promise<void> {
      const state = client.open("lobby");
      for (const text of texts) client.post("lobby", text);
      await until(() => state.loaded && state.pending.length === 0);
    },
    [Symbol.dispose]: () => client.stop(),
  };
}

const rooms = ({ page }: Visitor) =>
  page.getByRole("navigation", { name: "Rooms" });

async function makeRoom({ page }: Visitor, name: string): Promise<void> {
  await page.getByRole("button", { name: "New room" }).click();
  await page.getByRole("textbox", { name: "Room name" }).fill(name);
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { name }).waitFor();
  // A frame later it takes the focus, where there is a keyboard.
  await page.waitForFunction(() =>
    document.activeElement?.matches(".composer textarea") ||
    !matchMedia("(hover: hover)").matches
  );
}

/** Waits until the message is wholly within the window. */
async function seesInView(visitor: Visitor, text: string): Promise<void> {
  await visitor.page.waitForFunction((text) => {
    const rows = [...document.querySelectorAll("[role=log] article")];
    const box = rows.find((row) => row.textContent?.includes(text))
      ?.getBoundingClientRect();
    return box !== undefined && box.top >= 0 && box.bottom <= innerHeight;
  }, text);
}

browserTest(
  "What is new is counted and led to, and can be marked as unread again",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const { page } = ana;
    await makeRoom(ana, "Boats");
    using omar = await author(server, "Omar");
    const texts = Array.from({ length: 80 }, (_, i) => `Line ${i}.`);
    await omar.says("@Ana, the first", ...texts);
    const lobby = rooms(ana).getByRole("link", { name: /lobby/ });
    await lobby.getByLabel("81 unread").waitFor();
    await lobby.getByLabel("mentioned 1 time").waitFor();
    // Only what one is told of, not all that is unread.
    await page.waitForFunction(() => document.title.startsWith("(1)"));
    await lobby.click();
    const bar = page.getByRole("group", { name: "New" });
    await bar.filter({ hasText: "81 new" }).waitFor();
    await seesInView(ana, "Line 79.");
    await bar.getByRole("button", { name: "Oldest unread" }).click();
    await seesInView(ana, "@Ana, the first");
    await bar.waitFor({ state: "detached" });
    await page.waitForFunction(() => !document.title.startsWith("("));
    assertEquals(await lobby.getByRole("img").count(), 0);

    // By the toolbar, and it stays so while one is in the room.
    await page.getByRole("button", { name: "Jump to the newest" }).click();
    await ana.message("Line 77.").hover();
    await page.getByRole("button", { name: "Mark as unread" }).click();
    await lobby.getByLabel("3 unread").waitFor();
    await omar.says("One more");
    await ana.sees("One more");
    await lobby.getByLabel("4 unread").waitFor();
    await ana.composer.press("Escape");
    await lobby.getByRole("img").waitFor({ state: "detached" });

    // One's own message counts where one marks it, and has the line.
    await ana.says("Mine");
    await ana.sees("Mine");
    await omar.says("An answer");
    await ana.sees("An answer");
    const line = ana.log.locator(".unread");
    const next = line.locator("xpath=following-sibling::article[1]");
    await ana.message("Mine").focus();
    await page.keyboard.press("u");
    await lobby.getByLabel("2 unread").waitFor();
    await next.filter({ hasText: "Mine" }).waitFor();
    await rooms(ana).getByRole("link", { name: /Boats/ }).click();
    await page.getByRole("heading", { name: "Boats" }).waitFor();
    await lobby.click();
    await next.filter({ hasText: "Mine" }).waitFor();
    await lobby.getByRole("img").waitFor({ state: "detached" });

    // By a key, until one comes back.
    await ana.message("Line 79.").focus();
    await page.keyboard.press("u");
    await lobby.getByLabel("4 unread").waitFor();
    await rooms(ana).getByRole("link", { name: /Boats/ }).click();
    await page.getByRole("heading", { name: "Boats" }).waitFor();
    await lobby.getByLabel("4 unread").waitFor();
    await lobby.click();
    await ana.sees("An answer");
    await lobby.getByRole("img").waitFor({ state: "detached" });
    await isSound(ana);
  },
);

for (const [name, viewport] of Object.entries({ DESK, PHONE })) {
  browserTest(
    `The list of mentions leads to each by keyboard, ${name}`,
    async (server, visitors) => {
      const ana = await (await visitors.come({ viewport }))
        .enter(server.url, "Ana");
      const { page } = ana;
      const dialog = page.getByRole("dialog", { name: "Mentions" });
      const open = async () => {
        const back = page.getByRole("button", { name: "Rooms" });
        if (name === "PHONE") await back.click();
        await rooms(ana).getByRole("link", { name: /^Mentions/ }).click();
        await dialog.waitFor();
      };
      await open();
      await dialog.getByText("Nobody has mentioned you yet.").waitFor();
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      if (name === "PHONE") await page.goBack();
      await ana.composer.waitFor();
      using omar = await author(server, "Omar");
      const texts = Array.from({ length: 60 }, (_, i) => `Line ${i}.`);
      await omar.says("@Ana, long ago", ...texts, "@Ana, just now");
      await ana.sees("@Ana, just now");
      await open();
      const items = dialog.getByRole("listitem");
      await items.nth(1).waitFor();
      await isSound(ana);
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await dialog.waitFor({ state: "detached" });
      await seesInView(ana, "@Ana, long ago");
      await isSound(ana);
    },
  );
}

browserTest(
  "Without scripts the mentions are a page",
  async (server, visitors) => {
    const ana = await visitors.come({ javaScriptEnabled: false });
    const { page } = ana;
    await page.goto(server.url);
    await page.getByRole("textbox", { name: "Name" }).fill("Ana");
    await page.getByRole("button", { name: "Enter" }).click();
    using omar = await author(server, "Omar");
    await omar.says("@Ana, look here");
    await page.goto(`${server.url}/mentions`);
    await page.getByRole("link", { name: /look here/ }).waitFor();
    assertEquals(
      await page.getByRole("listitem").filter({ hasText: "unread" }).count(),
      1,
    );
  },
);

for (const [name, viewport] of Object.entries({ DESK, PHONE })) {
  browserTest(
    `A whole room is marked as read, and as unread, in the list of rooms, ${name}`,
    async (server, visitors) => {
      const isPhone = name === "PHONE";
      const ana = await (await visitors.come({
        ...{ viewport, hasTouch: isPhone, isMobile: isPhone },
      })).enter(server.url, "Ana");
      const { page } = ana;
      using omar = await author(server, "Omar");
      await omar.says("First", "Second", "Third");
      await ana.sees("Third");
      // Seen is not yet read: whoever leaves within a frame has it still to read.
      await page.locator(".rooms .count").waitFor({ state: "detached" });
      if (isPhone) await page.getByRole("button", { name: "Rooms" }).tap();
      await makeRoom(ana, "Boats");
      if (isPhone) await page.getByRole("button", { name: "Rooms" }).tap();
      const lobby = rooms(ana).getByRole("link", { name: /^lobby/ });
      const button = (as: string) =>
        rooms(ana).getByRole("button", { name: `Mark lobby as ${as}` });
      const mark = async (as: string) => {
        if (isPhone) return await button(as).tap();
        await lobby.focus();
        await page.keyboard.press("u");
      };
      const told = (text: string) =>
        rooms(ana).getByRole("status").filter({ hasText: text }).waitFor();
      await mark("unread");
      await lobby.getByLabel("1 unread").waitFor();
      await told("lobby is marked as unread");
      await omar.says("Fourth");
      await lobby.getByLabel("2 unread").waitFor();
      await mark("read");
      await lobby.getByRole("img").waitFor({ state: "detached" });
      await told("lobby is marked as read");
      // It is so on all devices, and in the room it is read as ever.
      await mark("unread");
      await lobby.getByLabel("1 unread").waitFor();
      await page.reload();
      await ana.seesStatus("Connected");
      if (isPhone) await page.getByRole("button", { name: "Rooms" }).tap();
      await lobby.getByLabel("1 unread").waitFor();
      if (!isPhone) {
        // The pointer finds the button, too.
        await lobby.hover();
        await button("read").click();
        await lobby.getByRole("img").waitFor({ state: "detached" });
        await button("unread").click();
        await lobby.getByLabel("1 unread").waitFor();
      }
      await lobby.click();
      await ana.sees("Fourth");
      await ana.log.locator(".unread").waitFor();
      if (isPhone) await page.getByRole("button", { name: "Rooms" }).tap();
      await lobby.getByRole("img").waitFor({ state: "detached" });
      // Where nobody wrote there is nothing to mark.
      assertEquals(
        await rooms(ana).getByRole("button", { name: /^Mark Boats/ }).count(),
        0,
      );
      await isSound(ana);
    },
  );
}

browserTest(
  "Esc reads what is new wherever the focus is, but first closes what is open",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const { page } = ana;
    await makeRoom(ana, "Boats");
    using omar = await author(server, "Omar");
    await omar.says(...Array.from({ length: 60 }, (_, i) => `Line ${i}.`));
    const lobby = rooms(ana).getByRole("link", { name: /lobby/ });
    await lobby.getByLabel("60 unread").waitFor();
    await lobby.click();
    const bar = page.getByRole("group", { name: "New" });
    await bar.waitFor();
    await page.keyboard.press("Control+K");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await bar.waitFor();
    const people = page.getByRole("complementary", { name: "People" });
    await people.focus();
    await page.keyboard.press("Escape");
    await people.waitFor({ state: "hidden" });
    await bar.waitFor();
    await bar.getByRole("button", { name: "Oldest unread" }).focus();
    await page.keyboard.press("Escape");
    await bar.waitFor({ state: "detached" });
    await lobby.getByRole("img").waitFor({ state: "detached" });
  },
);
