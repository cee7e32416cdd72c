/** How the page behaves under fingers and keys. */
import { assert, assertEquals } from "@std/assert";
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
    await makeRoom(ana, "Boats");
    await show.click();
    await people.waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "Boats" }).waitFor();
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
    const { keyboard } = ana.page;
    await ana.page.mouse.move(0, 0);
    await ana.composer.focus();
    await keyboard.press("Shift+Tab");
    assertEquals(await focused(ana), "Messages");
    await keyboard.press("Tab");
    assertEquals(await focused(ana), "Message");
    await keyboard.press("Shift+Tab");

    await keyboard.press("ArrowUp");
    await keyboard.press("ArrowUp");
    const stops: string[] = [];
    for (let i = 0; i < 6; i++) {
      await keyboard.press("Tab");
      stops.push(await focused(ana));
    }
    assertEquals(stops, [
      "https://example.org/6",
      "Copy code",
      "code",
      "Copy text",
      "Edit",
      "Delete",
    ]);
    await keyboard.press("Tab");
    assertEquals(await focused(ana), "Message");
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
