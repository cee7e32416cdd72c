/** A place from nothing: an owner, whoever comes by invitation, and a day of both. */
import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import {
  browserTest,
  isSound,
  PHONE,
  type Visitor,
} from "./support/browser.ts";
import { plainPng } from "./support/files.ts";
import type { ServerProcess } from "./support/server.ts";
import { addAuthenticator } from "./support/virtual_authenticator.ts";

browserTest(
  "An owner sets a place up, lets somebody in, and both spend a day there",
  async (server, visitors) => {
    const ana = await visitors.come({
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const robin = await visitors.come({ viewport: PHONE, hasTouch: true });
    await ownsThePlace(server, ana);
    await keepsByPassword(ana, server);
    const link = await invites(ana);
    await comesIn(server, robin, link);
    await keepsByPasskey(robin, server);

    await meetInPrivate(ana, robin);
    await talk(ana, robin);
    await answerAndChange(ana, robin);
    await leadTo(ana, robin);
    await exchangeFiles(ana, robin);
    await areTold(ana, robin);
    await catchUp(ana, robin);
    await find(ana, robin);
    await writeDirectly(ana, robin);

    await keepsOrder(ana, robin);
    await looksAtTheRecord(ana, server);
    await comesBack(robin, server);
    await usesAnotherDevice(ana, await visitors.come(), server);
    for (const visitor of [ana, robin]) await isSound(visitor);
  },
);

async function ownsThePlace(server: ServerProcess, { page }: Visitor) {
  await page.goto(server.url + await server.printed(/\/setup#\S+/));
  await page.getByRole("textbox", { name: "Name" }).fill("Ana");
  await page.getByRole("button", { name: "Own this place" }).click();
  await page.getByRole("textbox", { name: "Name of the place" })
    .fill("Harbour");
  await page.getByRole("radio", { name: /Only people with an invitation/ })
    .check();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("heading", { name: "Harbour" }).waitFor();
}

async function keepsByPassword({ page }: Visitor, { url }: ServerProcess) {
  await page.goto(`${url}/settings/account`);
  await page.getByLabel("New password").fill("seven quiet lanterns");
  await page.getByRole("button", { name: "Add the password" }).click();
  await page.getByRole("list", { name: "Recovery codes" }).waitFor();
  await page.getByRole("link", { name: "I have kept them" }).click();
  await page.goto(`${url}/place/invitations`);
}

async function invites({ page }: Visitor): Promise<string> {
  await page.getByRole("button", { name: "Make a link" }).click();
  return await page.getByRole("textbox", { name: "Invitation link" })
    .inputValue();
}

async function comesIn(
  { url }: ServerProcess,
  { page }: Visitor,
  link: string,
) {
  await page.goto(url);
  await page.getByRole("heading", { name: "By invitation" }).waitFor();
  await page.goto(link);
  await page.waitForFunction(() => location.hash === "");
  await page.getByRole("textbox", { name: "Name" }).fill("Robin");
  await page.getByRole("button", { name: "Come in" }).click();
  await page.waitForURL((address) => address.pathname !== "/join");
}

async function keepsByPasskey(robin: Visitor, { url }: ServerProcess) {
  const { page } = robin;
  await addAuthenticator(robin);
  // The device says yes to what the text box offers before there is a click.
  await page.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = () =>
      Promise.resolve(false);
  });
  await page.goto(`${url}/settings/account`);
  await page.getByRole("textbox", { name: "Name of the passkey" }).last()
    .fill("Phone");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("link", { name: "I have kept them" }).click();
  await page.goto(`${url}/rooms/lobby`);
}

async function meetInPrivate(ana: Visitor, robin: Visitor) {
  const { page } = ana;
  await page.goto(new URL("/rooms/lobby", page.url()).href);
  await ana.seesStatus("Connected");
  await robin.seesStatus("Connected");
  await page.getByRole("button", { name: "New room" }).click();
  await page.getByRole("textbox", { name: "Room name" }).fill("Plans");
  await page.getByRole("radio", { name: "Private" }).check();
  await page.getByRole("textbox", { name: "Room name" }).press("Enter");
  await page.getByRole("heading", { name: "Plans" }).waitFor();
  const settings = await openRoomSettings(ana);
  const invite = settings.getByRole("combobox", { name: "Let someone in" });
  await invite.fill("rob");
  await settings.getByRole("option", { name: "Robin" }).waitFor();
  await invite.press("Enter");
  await settings.getByRole("button", { name: "Send Robin out" }).waitFor();
  await page.keyboard.press("Escape");
  await openRoom(robin, "Plans");
  await robin.log.getByText(/let .*Robin.* in/).waitFor();
}

async function talk(ana: Visitor, robin: Visitor) {
  await ana.says("**Tide** at _nine_, says `tide()`");
  await robin.sees("Tide at nine");
  await robin.message("Tide").locator("strong", { hasText: "Tide" }).waitFor();
  await robin.composer.pressSequentially("@an");
  await robin.page.getByRole("option", { name: "Ana" }).waitFor();
  await robin.composer.press("Enter");
  await robin.composer.pressSequentially("look :sailb");
  await robin.page.getByRole("option", { name: "sailboat" }).waitFor();
  await robin.composer.press("Enter");
  await robin.composer.press("Enter");
  await ana.message("look ⛵").locator(".mention.own", { hasText: "@Ana" })
    .waitFor();
  await act(ana, "look ⛵", "React");
  await ana.page.getByRole("button", { name: "React with 👍" }).click();
  await robin.message("look ⛵").getByRole("button", { name: "👍 1: Ana" })
    .click();
  await ana.message("look ⛵").getByRole("button", { name: /^👍 2/ }).waitFor();
}

async function answerAndChange(ana: Visitor, robin: Visitor) {
  await ana.message("look ⛵").focus();
  await ana.page.keyboard.press("r");
  await ana.says("I sea it");
  await robin.message("I sea it")
    .getByRole("link", { name: /In reply to Robin/ }).waitFor();
  await ana.composer.press("ArrowUp");
  const editor = ana.page.getByRole("textbox", { name: "Edit message" });
  await editor.fill("I see it");
  await editor.press("Enter");
  await robin.message("I see it").getByRole("button", { name: "(edited)" })
    .click();
  const versions = robin.page.getByRole("dialog", { name: /Edits/ });
  await versions.getByText("I sea it").waitFor();
  await robin.page.keyboard.press("Escape");
  await robin.says("Forget this");
  await ana.sees("Forget this");
  await act(robin, "Forget this", "Delete");
  await robin.page.getByRole("button", { name: "Delete it" }).click();
  await ana.page.getByText("Message deleted").waitFor();
  assertEquals(await ana.message("Forget this").count(), 0);
}

async function leadTo(ana: Visitor, robin: Visitor) {
  await act(ana, "Tide", "Pin");
  await robin.page.getByRole("button", { name: "Pinned (1)" }).click();
  const pins = robin.page.getByRole("complementary", {
    name: "Pinned messages",
  });
  await pins.getByRole("link", { name: /Tide/ }).click();
  await robin.page.locator("article.marked", { hasText: "Tide" }).waitFor();
  await act(ana, "look ⛵", "Copy link");
  const link = await ana.page.evaluate(() => navigator.clipboard.readText());
  await robin.page.goto(link);
  await robin.page.locator("article.marked", { hasText: "look ⛵" }).waitFor();
  await robin.seesStatus("Connected");
}

async function exchangeFiles(ana: Visitor, robin: Visitor) {
  const chooser = ana.page.waitForEvent("filechooser");
  await ana.page.getByRole("button", { name: "Attach files" }).click();
  await (await chooser).setFiles([
    {
      ...{ name: "chart.png", mimeType: "image/png" },
      buffer: Buffer.from(await plainPng(900, 600)),
    },
    { name: "log.txt", mimeType: "text/plain", buffer: Buffer.from("Wind") },
  ]);
  await ana.says("The chart");
  await robin.sees("The chart");
  await robin.page.getByRole("link", { name: /^Download log.txt/ }).waitFor();
  await robin.page.getByRole("link", { name: "Show chart.png large" }).tap();
  const large = robin.page.getByRole("dialog", { name: "Pictures" });
  await large.getByRole("img", { name: "chart.png" }).waitFor();
  await robin.page.keyboard.press("Escape");
  await large.waitFor({ state: "detached" });
}

async function areTold(ana: Visitor, robin: Visitor) {
  const settings = await openRoomSettings(robin);
  await settings.getByRole("combobox", { name: "Notifications" })
    .selectOption({ label: "Only mentions" });
  await settings.getByRole("button", { name: "Close" }).click();
  await ana.page.goto(
    new URL("/settings/notifications", ana.page.url()).href,
  );
  await ana.page.getByRole("checkbox", { name: /Show notifications/ })
    .waitFor();
  await ana.page.goBack();
  await ana.seesStatus("Connected");
}

async function catchUp(ana: Visitor, robin: Visitor) {
  const lobby = await listed(robin, "lobby");
  await robin.page.goBack();
  // What is begun stays, and so does where one is.
  await robin.composer.fill("A thought for later");
  await openRoom(ana, "lobby");
  for (let line = 1; line <= 25; line++) await ana.says(`Line ${line}.`);
  await ana.says("@Robin, come and see");
  await ana.sees("come and see");
  // The way back says what waits there.
  await robin.page.getByRole("button", { name: "Rooms 1 waiting for you" })
    .click();
  await lobby.getByLabel("26 unread").waitFor();
  await lobby.getByLabel("mentioned 1 time").waitFor();
  await lobby.click();
  const bar = robin.page.getByRole("group", { name: "New" });
  await bar.getByRole("button", { name: "Oldest unread" }).click();
  await robin.message("Line 1.").waitFor();
  await robin.log.locator(".unread").waitFor();
  await ana.says("One more");
  await robin.page.getByRole("button", { name: "1 new", exact: true }).click();
  await robin.sees("One more");
  await act(robin, "One more", "Mark as unread");
  await (await listed(robin, "lobby")).getByLabel("1 unread").waitFor();
  await robin.page.getByRole("navigation", { name: "Rooms" })
    .getByRole("button", { name: "Mark lobby as read" }).tap();
  await lobby.getByLabel(/unread/).waitFor({ state: "detached" });
  await robin.page.getByRole("link", { name: /^Mentions/ }).click();
  await robin.page.getByRole("dialog", { name: "Mentions" })
    .getByRole("link", { name: /come and see/ }).click();
  await robin.page.locator("article.marked", { hasText: "come and see" })
    .waitFor();
  await openRoom(robin, "Plans");
  assertEquals(await robin.composer.inputValue(), "A thought for later");
  await robin.composer.fill("");
}

async function find(ana: Visitor, robin: Visitor) {
  await ana.page.keyboard.press("Control+Shift+F");
  const search = ana.page.getByRole("dialog", { name: "Search" });
  const field = search.getByRole("searchbox");
  await field.fill("from:Ana has:file in:Plans chart");
  await search.getByRole("link", { name: /The chart/ }).waitFor();
  await field.fill("from:Robin chart");
  await search.getByText(/Nothing was found/).waitFor();
  await ana.page.keyboard.press("Escape");
  await ana.page.keyboard.press("Control+k");
  await ana.page.getByRole("combobox", { name: "Room" }).fill("pla");
  await ana.page.keyboard.press("Enter");
  await ana.page.getByRole("heading", { name: "Plans" }).waitFor();
  await robin.says("Found it?");
  await ana.sees("Found it?");
}

async function writeDirectly(ana: Visitor, robin: Visitor) {
  await ana.page.getByRole("button", { name: "New message" }).click();
  await ana.page.getByRole("combobox", { name: "To whom?" }).fill("rob");
  await ana.page.getByRole("option", { name: "Robin" }).waitFor();
  await ana.page.keyboard.press("Enter");
  await ana.page.getByRole("button", { name: "Remove Robin" }).waitFor();
  await ana.page.keyboard.press("Enter");
  await ana.page.getByRole("heading", { name: "Robin" }).waitFor();
  await ana.says("Between us");
  await openRoom(robin, "Ana");
  await robin.sees("Between us");
  await robin.says("As ever");
  await ana.sees("As ever");
}

async function keepsOrder(ana: Visitor, robin: Visitor) {
  await ana.message("As ever").getByRole("button", { name: "Robin" }).click();
  const card = ana.page.getByRole("dialog", { name: "About Robin" });
  const measure = (name: string) =>
    card.locator("form").filter({
      has: ana.page.getByRole("button", { name, exact: true }),
    });
  await card.getByText("Mute…").click();
  await measure("Mute").getByRole("textbox", { name: "Reason" }).fill("Loud");
  await measure("Mute").getByRole("button", { name: "Mute", exact: true })
    .click();
  await robin.page.getByText("Reason: Loud").waitFor();
  await card.getByRole("button", { name: "Let write again" }).click();
  await robin.composer.waitFor();
  await card.getByRole("button", { name: "Sign out everywhere" }).click();
  await robin.page.getByText("You are signed out").first().waitFor();
  await card.getByText("Ban…").click();
  await measure("Ban").getByRole("textbox", { name: "Reason" }).fill("Ads");
  await measure("Ban").getByRole("button", { name: "Ban", exact: true })
    .click();
  await card.getByRole("button", { name: "Let come in again" }).click();
  await card.getByText("Ban…").waitFor();
  await ana.page.keyboard.press("Escape");
}

async function looksAtTheRecord({ page }: Visitor, { url }: ServerProcess) {
  await page.goto(`${url}/place/audit`);
  for (const act of ["muted", "banned", "signed Robin out"]) {
    await page.getByText(new RegExp(`Ana ${act}`)).first().waitFor();
  }
  assert(await page.title().then((title) => title.includes("Harbour")));
}

async function comesBack(robin: Visitor, { url }: ServerProcess) {
  const { page } = robin;
  await page.goto(`${url}/login`);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.waitForURL("**/rooms/lobby");
  await robin.seesStatus("Connected");
  await robin.sees("One more");
}

async function usesAnotherDevice(
  ana: Visitor,
  tablet: Visitor,
  { url }: ServerProcess,
) {
  await tablet.page.goto(`${url}/login`);
  await tablet.page.getByRole("textbox", { name: "Name" }).fill("Ana");
  await tablet.page.getByLabel("Password").fill("seven quiet lanterns");
  await tablet.page.getByRole("button", { name: "Sign in", exact: true })
    .click();
  await tablet.seesStatus("Connected");
  await ana.page.goto(`${url}/settings/sessions`);
  await ana.page.getByText("this device").waitFor();
  await ana.page.getByRole("button", { name: "Sign out all other devices" })
    .click();
  await tablet.page.getByText("You are signed out").first().waitFor();
}

// --- What one does again and again ------------------------------------------

async function openRoomSettings({ page }: Visitor) {
  await page.getByRole("button", { name: "Room settings" }).click();
  const dialog = page.getByRole("dialog", { name: "Room settings" });
  await dialog.getByRole("list", { name: /people|person/ }).waitFor();
  return dialog;
}

/** A room's link in the list of rooms, to which a phone goes back. */
async function listed({ page }: Visitor, name: string) {
  const back = page.getByRole("button", { name: /^Rooms/ });
  if (await back.isVisible()) await back.click();
  return page.getByRole("navigation", { name: "Rooms" })
    .getByRole("link", { name });
}

async function openRoom(visitor: Visitor, name: string): Promise<void> {
  await (await listed(visitor, name)).click();
  await visitor.page.getByRole("heading", { name }).waitFor();
}

/** Shows a message's toolbar and presses one of its buttons. */
async function act({ page, log }: Visitor, text: string, name: string) {
  const body = page.locator(".body", { hasText: text });
  const row = log.getByRole("article").filter({ has: body });
  await row.focus();
  await row.getByRole("button", { name, exact: true }).click();
}
