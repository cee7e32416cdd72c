/** Rooms as people make, change, enter and lose them. */
import { assert, assertEquals } from "@std/assert";
import { isAccessible } from "./support/accessible.ts";
import {
  browserTest,
  isSound,
  PHONE,
  type Visitor,
} from "./support/browser.ts";

/** Makes a private room and goes there. */
async function makePrivate({ page }: Visitor, name: string): Promise<void> {
  await page.getByRole("button", { name: "New room" }).click();
  await page.getByRole("textbox", { name: "Room name" }).fill(name);
  await page.getByRole("radio", { name: "Private" }).check();
  await page.getByRole("textbox", { name: "Room name" }).press("Enter");
  await page.getByRole("heading", { name }).waitFor();
}

function rooms({ page }: Visitor) {
  return page.getByRole("navigation", { name: "Rooms" });
}

/** Opens the room's settings and gives the dialog. */
async function settings({ page }: Visitor) {
  await page.getByRole("button", { name: "Room settings" }).click();
  const dialog = page.getByRole("dialog", { name: "Room settings" });
  await dialog.getByRole("list", { name: /people|person/ }).waitFor();
  return dialog;
}

browserTest(
  "A private room lets people in and sends them out, with words for both sides",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const omar = await (await visitors.come()).enter(server.url, "Omar");
    await makePrivate(ana, "Plans");
    await ana.seesStatus("Connected");
    assertEquals(
      await ana.composer.getAttribute("placeholder"),
      "Message Plans",
    );
    // While it is empty it says how others get in, and leads there.
    const hint = ana.log.getByRole("button", { name: "Let someone in" });
    await hint.focus();
    await ana.page.keyboard.press("Enter");
    const dialog = ana.page.getByRole("dialog", { name: "Room settings" });
    const invite = dialog.getByRole("combobox", { name: "Let someone in" });
    await invite.and(ana.page.locator(":focus")).waitFor();
    await ana.page.keyboard.type("oma");
    await dialog.getByRole("option", { name: "Omar" }).waitFor();
    await invite.press("Enter");
    await dialog.getByRole("button", { name: "Send Omar out" }).waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    await ana.log.getByText(/let .*Omar.* in/).waitFor();
    await hint.waitFor({ state: "detached" });

    await rooms(omar).getByRole("link", { name: "Plans" }).click();
    await omar.log.getByText(/let .*Omar.* in/).waitFor();
    await omar.says("Here I am");
    await ana.sees("Here I am");
    await (await settings(ana)).getByRole("button", { name: "Send Omar out" })
      .click();
    await omar.page.getByRole("alert")
      .filter({ hasText: "You were sent out of this room" }).waitFor();
    await rooms(omar).getByRole("link", { name: "Plans" })
      .waitFor({ state: "detached" });
    await ana.page.keyboard.press("Escape");
    await ana.says("Alone again");
    await ana.sees("Alone again");
    assertEquals(await omar.page.getByText("Alone again").count(), 0);

    // Let in again, the page goes on by itself.
    const again = await settings(ana);
    await again.getByRole("combobox", { name: "Let someone in" }).fill("omar");
    await again.getByRole("option", { name: "Omar" }).click();
    await omar.sees("Alone again");
    await omar.composer.waitFor();
    await isSound(ana);
    await isSound(omar);
  },
);

browserTest(
  "A direct room is begun with a few keys, and found again by the names in it",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const omar = await (await visitors.come()).enter(server.url, "Omar");
    await (await visitors.come()).enter(server.url, "Mei");
    const { page } = ana;
    const start = async (...names: string[]) => {
      await page.getByRole("button", { name: "New message" }).click();
      const dialog = page.getByRole("dialog", { name: "New message" });
      await dialog.getByRole("combobox", { name: "To whom?" }).waitFor();
      for (const name of names) {
        await page.keyboard.type(name.slice(0, 2));
        await dialog.getByRole("option", { name }).waitFor();
        await page.keyboard.press("Enter");
        await dialog.getByRole("button", { name: `Remove ${name}` }).waitFor();
      }
      await page.keyboard.press("Enter");
    };
    await start("Omar");
    await page.getByRole("heading", { name: "Omar" }).waitFor();
    await ana.seesStatus("Connected");
    await ana.says("Between us");
    const link = rooms(omar).getByRole("link", { name: "Ana" });
    await link.filter({ hasText: "1" }).waitFor();
    await link.click();
    await omar.sees("Between us");
    assertEquals(await omar.page.title(), "Ana · Atoll");
    const { href } = await omar.page.evaluate(() => ({ href: location.href }));

    await start("Omar", "Mei");
    await page.getByRole("heading", { name: "Mei and Omar" }).waitFor();
    await ana.seesStatus("Connected");
    await start("Omar");
    await page.getByRole("heading", { name: "Omar", exact: true }).waitFor();
    await page.waitForURL(href);
    await ana.sees("Between us");
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Room" }).fill("mei");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Mei and Omar" }).waitFor();
    await isSound(ana);
    await isSound(omar);
    // What is no room of one's own is looked for among all.
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Room" }).fill("boats");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${server.url}/rooms?q=boats`);
  },
);

browserTest(
  "Without scripts a direct room is begun by a page, with people found one after another",
  async (server, visitors) => {
    for (const name of ["Omar", "Mei", "Meike"]) {
      await (await fetch(`${server.url}/api/session`, {
        method: "POST",
        body: JSON.stringify({ name }),
      })).body?.cancel();
    }
    const { page } = await visitors.come({ javaScriptEnabled: false });
    await page.goto(server.url);
    await page.getByRole("textbox", { name: "Name" }).fill("Ana");
    await page.getByRole("button", { name: "Enter" }).click();
    await page.getByRole("button", { name: "New message" }).click();
    // On a phone the list of rooms is a page.
    await page.setViewportSize(PHONE);
    await page.getByRole("link", { name: "Rooms" }).click();
    await page.locator("summary").filter({ hasText: "New room" }).click();
    assert(await page.getByRole("radio", { name: "Open" }).isChecked());
    await page.getByRole("link", { name: "New message" }).click();
    const path = `${server.url}/message`;
    await page.waitForURL(path);
    const whom = page.getByRole("searchbox", { name: "To whom?" });
    await whom.fill("xyz");
    await whom.press("Enter");
    await page.getByText("Nobody here has “xyz”").waitFor();
    await whom.fill("omar");
    await whom.press("Enter");
    await page.getByRole("checkbox", { name: "Omar" }).check();
    await whom.fill("mei");
    await whom.press("Enter");
    await page.getByRole("checkbox", { name: "Mei", exact: true }).check();
    assert(await page.getByRole("checkbox", { name: "Omar" }).isChecked());
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByRole("heading", { name: /^Mei and Omar|^Omar and Mei/ })
      .waitFor();
    // Somebody who isn't here.
    for (const person of ["nobody", crypto.randomUUID()]) {
      const form = { q: "mei", person };
      const headers = { origin: server.url };
      const answer = await page.request.post(path, { form, headers });
      assertEquals(answer.status(), 404, person);
      assert(
        (await answer.text()).includes("isn&#39;t here") ||
          (await answer.text()).includes("isn't here"),
      );
    }
  },
);

browserTest(
  "A room gets a topic and another name, is archived and comes back, also on a phone",
  async (server, visitors) => {
    const touch = { viewport: PHONE, hasTouch: true, isMobile: true };
    const ana = await (await visitors.come(touch)).enter(server.url, "Ana");
    const { page } = ana;
    await page.getByRole("button", { name: "Rooms" }).click();
    await page.getByRole("button", { name: "New room" }).click();
    await page.getByRole("textbox", { name: "Room name" }).fill("Boats");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("heading", { name: "Boats" }).waitFor();
    await ana.seesStatus("Connected");
    const dialog = await settings(ana);
    await dialog.getByRole("textbox", { name: "Room name" }).fill("Ships");
    await dialog.getByRole("textbox", { name: "Topic" }).fill("Wood and sails");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("Saved.").waitFor();
    await isSound(ana);
    await dialog.getByRole("button", { name: "Archive the room" }).click();
    await dialog.getByRole("button", { name: "Bring the room back" })
      .waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    await page.getByRole("heading", { name: "Ships" }).waitFor();
    await page.getByText("nobody can write here").waitFor();
    assert(!await ana.composer.isVisible());
    await ana.log.getByText("renamed the room to").waitFor();
    await ana.log.getByText("archived the room").waitFor();
    await page.getByRole("button", { name: "Rooms" }).click();
    await rooms(ana).getByText("Archived").waitFor();
    await isSound(ana);
    await page.goBack();

    const again = await settings(ana);
    await again.getByRole("button", { name: "Bring the room back" }).click();
    await again.getByRole("button", { name: "Archive the room" }).waitFor();
    await again.getByRole("combobox", { name: "Notifications" })
      .selectOption("Nothing");
    await again.getByRole("button", { name: "Close" }).click();
    await ana.says("Afloat");
    await ana.sees("Afloat");
    await page.reload();
    await ana.sees("Afloat");
    const kept = await settings(ana);
    const choice = kept.getByRole("combobox", { name: "Notifications" });
    assertEquals(await choice.inputValue(), "nothing");
    await isSound(ana);
  },
);

for (const colorScheme of ["light", "dark"] as const) {
  browserTest(
    `axe finds nothing in what rooms open, ${colorScheme}`,
    async (server, visitors) => {
      const ana = await visitors.come({ colorScheme, bypassCSP: true });
      await ana.enter(server.url, "Ana");
      await (await visitors.come()).enter(server.url, "Omar");
      const { page } = ana;
      await page.getByRole("button", { name: "New room" }).click();
      await page.getByRole("textbox", { name: "Room name" }).fill("Plans");
      await isAccessible(ana, "a new room");
      await page.keyboard.press("Escape");
      await makePrivate(ana, "Plans");
      const dialog = await settings(ana);
      await dialog.getByRole("combobox", { name: "Let someone in" })
        .fill("om");
      await dialog.getByRole("option", { name: "Omar" }).waitFor();
      await isAccessible(ana, "a room's settings");
      await page.keyboard.press("Enter");
      await dialog.getByRole("button", { name: "Send Omar out" }).waitFor();
      await page.keyboard.press("Escape");
      await ana.log.getByText(/let .*Omar.* in/).waitFor();
      await isAccessible(ana, "a private room");

      const button = page.getByRole("button", { name: "New message" });
      await button.click();
      const to = page.getByRole("combobox", { name: "To whom?" });
      // People are offered before one types; Enter is the form's until one moves.
      await page.getByRole("option", { name: "Omar" }).waitFor();
      assertEquals(
        await page.getByRole("option", { selected: true }).count(),
        0,
      );
      await page.keyboard.press("ArrowDown");
      assertEquals(
        await page.getByRole("option", { selected: true }).count(),
        1,
      );
      await to.fill("om");
      await page.getByRole("option", { name: "Omar" }).click();
      await to.fill("nobody of this name");
      await page.getByText("Nobody here has").waitFor();
      await isAccessible(ana, "a new message");
      await page.keyboard.press("Escape");
      await page.waitForFunction(() =>
        document.activeElement?.textContent?.includes("New message")
      );
      await isSound(ana);
    },
  );
}
