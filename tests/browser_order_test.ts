/** Owning a place and keeping order, in a browser. */
import { isAccessible } from "./support/accessible.ts";
import { browserTest, isSound, PHONE } from "./support/browser.ts";

browserTest(
  "An owner comes by the printed link, invites, mutes and bans",
  async (server, visitors) => {
    const code = await server.printed(/\/setup#\S+/);
    const link = server.url + code;
    const ana = await visitors.come();
    const { page } = ana;
    await page.goto(link);
    // The code moved from the address into the form.
    await page.waitForFunction(() => location.hash === "");
    await isAccessible(ana);
    await page.getByRole("textbox", { name: "Name" }).fill("Ana");
    await page.getByRole("button", { name: "Own this place" }).click();
    await page.getByText("This place is yours now.").waitFor();
    await page.getByRole("link", { name: "Set a password" }).waitFor();
    await page.getByRole("textbox", { name: "Name of the place" })
      .fill("Harbour");
    await page.getByRole("radio", { name: /Only people with an invitation/ })
      .check();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("heading", { name: "Harbour" }).waitFor();
    await isAccessible(ana);

    const menu = page.getByRole("navigation", { name: "This place" });
    await menu.getByRole("link", { name: "Invitations" }).click();
    await page.getByRole("button", { name: "Make a link" }).click();
    const made = page.getByRole("textbox", { name: "Invitation link" });
    const invitation = await made.inputValue();
    await isAccessible(ana);

    const robin = await visitors.come({ viewport: PHONE });
    await robin.page.goto(server.url);
    await robin.page.getByRole("heading", { name: "By invitation" }).waitFor();
    await isSound(robin);
    await robin.page.goto(invitation);
    await robin.page.waitForFunction(() => location.hash === "");
    await robin.page.getByRole("textbox", { name: "Name" }).fill("Robin");
    await robin.page.getByRole("button", { name: "Come in" }).click();
    await robin.page.getByRole("heading", { name: "Welcome, Robin" })
      .waitFor();
    await isAccessible(robin);
    await isSound(robin);
    await robin.page.getByRole("link", { name: "Later" }).click();
    await robin.seesStatus("Connected");
    await robin.says("Hello there");

    await page.goto(`${server.url}/rooms/lobby`);
    await ana.seesStatus("Connected");
    await ana.sees("Hello there");
    const name = ana.message("Hello there").getByRole("button", {
      name: "Robin",
    });
    await name.click();
    const card = page.getByRole("dialog", { name: "About Robin" });
    await card.waitFor();
    await isAccessible(ana);
    await card.getByText("Mute…").click();
    const mute = card.locator("form").filter({
      has: page.getByRole("button", { name: "Mute", exact: true }),
    });
    await mute.getByRole("combobox", { name: "For how long" })
      .selectOption({ label: "10 minutes" });
    await mute.getByRole("textbox", { name: "Reason" }).fill("Too loud");
    await mute.getByRole("button", { name: "Mute", exact: true }).click();
    await card.getByText(/muted until/).waitFor();
    await robin.page.getByText(/You can’t write until/).waitFor();
    await robin.page.getByText("Reason: Too loud").waitFor();
    await isSound(robin);
    await card.getByRole("button", { name: "Let write again" }).click();
    await robin.composer.waitFor();

    await card.getByText("Ban…").click();
    const ban = card.locator("form").filter({
      has: page.getByRole("button", { name: "Ban", exact: true }),
    });
    await ban.getByRole("textbox", { name: "Reason" }).fill("Advertising");
    await ban.getByRole("button", { name: "Ban", exact: true }).click();
    await robin.page.getByRole("link", { name: "See why" }).click();
    await robin.page.getByText("Advertising").waitFor();
    await isSound(robin);
    await page.keyboard.press("Escape");
    await card.waitFor({ state: "detached" });

    await page.getByRole("link", { name: "Manage this place" }).click();
    await menu.getByRole("link", { name: "Record" }).click();
    await page.getByText("Ana banned Robin").waitFor();
    await isAccessible(ana);
    for (const section of ["People", "Rooms", "Health"]) {
      await menu.getByRole("link", { name: section }).click();
      await page.getByRole("heading", { name: section, exact: true }).waitFor();
      await isAccessible(ana);
      await isSound(ana);
    }
    await page.setViewportSize(PHONE);
    for (const path of ["", "/people", "/rooms", "/invitations", "/audit"]) {
      await page.goto(`${server.url}/place${path}`);
      await isSound(ana);
    }
  },
);
