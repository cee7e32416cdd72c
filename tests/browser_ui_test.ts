/** How the page behaves under fingers and keys. */
import { assert, assertEquals } from "@std/assert";
import type { Locator } from "playwright-core";
import { isAccessible } from "./support/accessible.ts";
import {
  browserTest,
  isSound,
  PHONE,
  type Visitor,
} from "./support/browser.ts";

const TOUCH = { viewport: PHONE, hasTouch: true, isMobile: true };

browserTest(
  "Going back on a phone leaves the people and then the room before",
  async (server, visitors) => {
    const ana = await (await visitors.come(TOUCH)).enter(server.url, "Ana");
    const { page } = ana;
    const people = page.getByRole("list", { name: "People" });
    const show = page.getByRole("button", { name: "Show people" });
    await page.evaluate(() => document.body.dataset.loaded = "once");
    await show.click();
    await people.waitFor();
    assert(!await ana.composer.isVisible());
    await page.goBack();
    await ana.composer.waitFor();
    assert(!await people.isVisible());

    // Closed by its button, it leaves nothing to go back through.
    await show.click();
    await page.getByRole("complementary", { name: "People" })
      .getByRole("button", { name: "Hide people" }).click();
    await ana.composer.waitFor();
    assert(!await people.isVisible());
    // In the page that was open, where nothing loads anew.
    assertEquals(
      await page.evaluate(() => document.body.dataset.loaded),
      "once",
    );
    const name = "Boats of all sizes and colours, and oars";
    await makeRoom(ana, name);
    const { x, width } = (await show.boundingBox())!;
    assert(x + width <= PHONE.width, "the header is wider than the phone");
    // The name has what the buttons leave, and goes on in a second line.
    const title = (await page.getByRole("heading", { name }).boundingBox())!;
    assert(title.width > 180 && title.height > 30, JSON.stringify(title));
    await show.click();
    await people.waitFor();
    await page.goBack();
    await page.getByRole("heading", { name }).waitFor();
    assert(!await people.isVisible());
    await page.goBack();
    await page.getByRole("heading", { name: "lobby" }).waitFor();
    await ana.composer.waitFor();
    await isSound(ana);
  },
);

/** Makes a room as on a phone: the list of rooms first. */
async function makeRoom({ page }: Visitor, name: string): Promise<void> {
  await page.getByRole("button", { name: "Rooms" }).click();
  await page.getByRole("button", { name: "New room" }).click();
  await page.getByRole("textbox", { name: "Room name" }).fill(name);
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { name }).waitFor();
}

browserTest(
  "The Tab key passes the log in one step, and a message that was walked to in a few",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    for (let i = 0; i < 8; i++) {
      await ana.says(`See https://example.org/${i} and\n\`\`\`\ncode\n\`\`\``);
      await ana.sees(`example.org/${i}`);
    }
    // Guests who wrote a little are asked whether to keep the name.
    await ana.page.getByRole("button", { name: "Not now" }).click();
    const { keyboard } = ana.page;
    await ana.page.mouse.move(0, 0);
    await ana.composer.focus();
    await keyboard.press("Shift+Tab");
    assertEquals(await focused(ana), "Attach files");
    await keyboard.press("Shift+Tab");
    assertEquals(await focused(ana), "Messages");
    await keyboard.press("Tab");
    assertEquals(await focused(ana), "Attach files");
    await keyboard.press("Shift+Tab");

    await keyboard.press("ArrowUp");
    await keyboard.press("ArrowUp");
    const stops: string[] = [];
    for (let i = 0; i < 10; i++) {
      await keyboard.press("Tab");
      stops.push(await focused(ana));
    }
    assertEquals(stops, [
      "https://example.org/6",
      "Copy code",
      "code",
      "React",
      "Reply",
      "Edit",
      "Copy text",
      "Copy link",
      "Mark as unread",
      "Delete",
    ]);
    await keyboard.press("Tab");
    assertEquals(await focused(ana), "Attach files");
    await isSound(ana);
  },
);

browserTest(
  "A megabyte in the text box is not laid out with every key, and comes back cut",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const { page } = ana;
    await page.evaluate(() => {
      const other = document.createElement("textarea");
      document.body.append(other);
      other.value = "lorem ipsum dolor sit amet ".repeat(37_000);
      other.select();
      document.execCommand("copy");
      other.remove();
    });
    await ana.composer.focus();
    await page.keyboard.press("Control+V");
    await page.getByText("991,000 characters too many").waitFor();
    await page.keyboard.type("more");
    assertEquals(await ana.composer.getAttribute("dir"), "ltr");
    const { height } = (await ana.composer.boundingBox())!;
    assert(height > 100 && height < 400, `${height} px high`);
    await page.keyboard.press("Enter");
    assertEquals((await ana.composer.inputValue()).length, 999_004);

    await page.reload();
    await ana.seesStatus("Connected");
    assertEquals((await ana.composer.inputValue()).length, 40_000);
    await ana.says("Short again");
    await ana.sees("Short again");
    assertEquals(await ana.composer.getAttribute("dir"), "auto");
    await isSound(ana);
  },
);

browserTest(
  "An editor is wholly in view, and says why it doesn't save",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const { page } = ana;
    await ana.says("Mine");
    await ana.sees("Mine");
    const omar = await (await visitors.come()).enter(server.url, "Omar");
    await omar.says("line\n".repeat(20));
    await ana.sees("line");
    await ana.composer.press("ArrowUp");
    const editor = page.getByRole("textbox", { name: "Edit message" });
    const save = page.getByRole("button", { name: "Save" });
    await editor.fill("line\n".repeat(12));
    await isInView(ana, "Save");
    await page.keyboard.press("Escape");
    await ana.log.evaluate((log) => log.scrollTop = -200);
    await page.getByRole("button", { name: "Jump to the newest" }).waitFor();
    await ana.composer.press("ArrowUp");
    await editor.waitFor();
    await isInView(ana, "Save");
    assertEquals(await page.getByRole("button", { name: /Jump/ }).count(), 0);

    await editor.fill("   ");
    await page.keyboard.press("Enter");
    const error = page.getByRole("alert");
    await error.filter({ hasText: "at least one visible character" })
      .waitFor();
    await isInView(ana, "Save");
    const described = await editor.getAttribute("aria-describedby");
    assertEquals(described, await error.getAttribute("id"));
    await editor.fill("x".repeat(8001));
    assertEquals(await error.count(), 0);
    await save.click();
    await error.filter({ hasText: "8,000 characters" }).waitFor();
    await editor.fill("Mine, better");
    await save.click();
    await omar.sees("Mine, better");
    await isSound(ana);
  },
);

/** Asserts that the log shows the whole of a button in it. */
async function isInView({ page }: Visitor, name: string): Promise<void> {
  await page.waitForFunction((name) => {
    const log = document.querySelector("[role=log]")!;
    const button = [...log.querySelectorAll("button")]
      .find(({ textContent }) => textContent === name)!;
    const [frame, box] = [log, button].map((element) =>
      element.getBoundingClientRect()
    );
    return box!.top >= frame!.top && box!.bottom <= frame!.bottom;
  }, name);
}

browserTest(
  "A room that can't be made says whether it is the connection or the server",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const { page } = ana;
    await page.getByRole("button", { name: "New room" }).click();
    await page.getByRole("textbox", { name: "Room name" }).fill("Boats");
    const create = page.getByRole("button", { name: "Create" });
    const answer = JSON.stringify({ error: { code: "unavailable" } });
    await page.route(
      "**/api/rooms",
      (route) => route.fulfill({ status: 503, body: answer }),
    );
    await create.click();
    await page.getByRole("alert").filter({ hasText: "can’t store" }).waitFor();
    await page.unroute("**/api/rooms");

    await page.context().setOffline(true);
    await create.click();
    await page.getByRole("alert").filter({ hasText: "no connection" })
      .waitFor();
    await page.context().setOffline(false);
    await create.click();
    await page.getByRole("heading", { name: "Boats" }).waitFor();
    await isSound(ana);
  },
);

/** What has the keyboard's focus, by its name or else its text. */
function focused({ page }: Visitor): Promise<string> {
  return page.evaluate(() => {
    const { activeElement } = document;
    return activeElement?.getAttribute("aria-label") ??
      activeElement?.textContent ?? "";
  });
}

browserTest(
  "Each room keeps its place while one is elsewhere",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const { page } = ana;
    for (let i = 0; i < 15; i++) await ana.says(`message ${i}.\n\nmore`);
    await ana.sees("message 14.");
    await page.getByRole("button", { name: "New room" }).click();
    await page.getByRole("textbox", { name: "Room name" }).fill("Boats");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("heading", { name: "Boats" }).waitFor();
    await ana.seesStatus("Connected");
    const rooms = page.getByRole("navigation", { name: "Rooms" });
    const go = (name: string) => rooms.getByRole("link", { name }).click();

    await go("lobby");
    await ana.sees("message 14.");
    await ana.log.evaluate((log) => log.scrollTop = -333);
    const jump = page.getByRole("button", { name: "Jump to the newest" });
    await jump.waitFor();
    const place = (await ana.message("message 8.").boundingBox())!.y;
    await go("Boats");
    await page.getByRole("heading", { name: "Boats" }).waitFor();
    await go("lobby");
    await jump.waitFor();
    const back = (await ana.message("message 8.").boundingBox())!.y;
    assert(Math.abs(back - place) < 2, `${place} became ${back}`);

    await jump.click();
    await jump.waitFor({ state: "detached" });
    await go("Boats");
    await go("lobby");
    await ana.sees("message 14.");
    assertEquals(await jump.count(), 0);
    await isSound(ana);
  },
);

browserTest(
  "In forced colours one still sees who is here, and where what is new begins",
  async (server, visitors) => {
    const ana = await (await visitors.come({ forcedColors: "active" }))
      .enter(server.url, "Ana");
    const { page } = ana;
    const omar = await (await visitors.come()).enter(server.url, "Omar");
    await omar.says("First");
    await ana.sees("First");
    await ana.message("First").focus();
    await page.keyboard.press("u");
    const line = ana.log.locator(".unread");
    await line.waitFor();
    const person = page.getByRole("list", { name: "People" })
      .getByRole("listitem").filter({ hasText: "Omar" });
    await person.waitFor();
    await shows(ana, person, ".people-list li::after");
    await shows(ana, line, ".unread::before");
    await shows(ana, line, ".unread::after");
    const state = page.getByRole("status", { name: "Connection" });
    await shows(ana, state, ".connection.connected::before");
  },
);

/** The thing looks otherwise without what the selector names. */
async function shows(
  { page }: Visitor,
  thing: Locator,
  selector: string,
): Promise<void> {
  const options = { animations: "disabled", caret: "hide" } as const;
  const before = await thing.screenshot(options);
  const style = await page.evaluateHandle((selector) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`${selector} { visibility: hidden !important }`);
    document.adoptedStyleSheets.push(sheet);
    return sheet;
  }, selector);
  const without = await thing.screenshot(options);
  await page.evaluate((sheet) => {
    document.adoptedStyleSheets = document.adoptedStyleSheets
      .filter((one) => one !== sheet);
  }, style);
  assert(!before.equals(without), `${selector} can't be seen`);
  assert(before.equals(await thing.screenshot(options)), "it moves by itself");
}

browserTest(
  "In high contrast what is counted and pointed at can still be read",
  async (server, visitors) => {
    const options = { contrast: "more", bypassCSP: true } as const;
    const ana = await (await visitors.come(options)).enter(server.url, "Ana");
    const { page } = ana;
    const omar = await (await visitors.come()).enter(server.url, "Omar");
    await page.getByRole("button", { name: "New room" }).click();
    await page.getByRole("textbox", { name: "Room name" }).fill("Boats");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("heading", { name: "Boats" }).waitFor();
    await omar.says("@Ana, look");
    const lobby = page.getByRole("navigation", { name: "Rooms" })
      .getByRole("link", { name: /lobby/ });
    await lobby.getByLabel("1 unread").waitFor();
    for (const thing of [lobby, page.getByRole("link", { name: "Settings" })]) {
      await thing.hover();
      await isAccessible(ana, "high contrast", ["color-contrast"]);
    }
    await page.emulateMedia({ contrast: "more", colorScheme: "dark" });
    await isAccessible(ana, "high contrast, dark", ["color-contrast"]);
  },
);
