/** Passkeys, recovery codes and pictures in Chromium, with a virtual authenticator. */
import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import { addAuthenticator } from "./support/virtual_authenticator.ts";
import {
  browserTest,
  isSound,
  PHONE,
  type Visitor,
} from "./support/browser.ts";
import { until } from "./support/until.ts";

async function addPasskey({ page }: Visitor, name: string): Promise<void> {
  await page.getByRole("textbox", { name: "Name of the passkey" }).last()
    .fill(name);
  await page.getByRole("button", { name: "Add a passkey" }).click();
}

browserTest(
  "A guest keeps the name by a passkey, and comes back with it elsewhere",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const { page } = ana;
    await ana.says("Written as a guest");
    await ana.sees("Written as a guest");
    const { devtools, authenticatorId } = await addAuthenticator(ana);
    // The device says yes to what the text box offers before there is a click.
    await page.addInitScript(() => {
      PublicKeyCredential.isConditionalMediationAvailable = () =>
        Promise.resolve(false);
    });
    await page.goto(`${server.url}/settings/account`);
    await addPasskey(ana, "Phone");
    const codes = page.getByRole("list", { name: "Recovery codes" });
    await codes.waitFor();
    assertEquals(await codes.getByRole("listitem").count(), 10);
    await page.getByRole("link", { name: "I have kept them" }).click();
    await page.getByRole("list", { name: "Passkeys" })
      .getByText("Phone").waitFor();
    await isSound(ana);

    await page.goto(`${server.url}/settings`);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.waitForURL("**/rooms/lobby");
    await ana.seesStatus("Connected");
    await ana.message("Written as a guest").hover();
    await page.getByRole("button", { name: "Edit", exact: true }).waitFor();
    const { credentials } = await devtools.send("WebAuthn.getCredentials", {
      authenticatorId,
    });
    assertEquals(credentials.length, 1);
    assert(credentials[0]!.signCount > 1);
    await isSound(ana);
  },
);

browserTest(
  "The last passkey stays until there is a password, and then goes",
  async (server, visitors) => {
    const ana = await (await visitors.come({ viewport: PHONE }))
      .enter(server.url, "Ana");
    const { page } = ana;
    await addAuthenticator(ana);
    await page.goto(`${server.url}/settings/account`);
    await addPasskey(ana, "Phone");
    await page.getByRole("link", { name: "I have kept them" }).click();
    const remove = async () => {
      await page.getByText("Change", { exact: true }).click();
      await page.getByRole("button", { name: "Remove this passkey" }).click();
    };
    await remove();
    await page.getByRole("alert").filter({ hasText: "keeps a password or" })
      .waitFor();
    await page.getByLabel("New password").fill("seven quiet lanterns");
    await page.getByRole("button", { name: "Add the password" }).click();
    await page.getByRole("status").filter({ hasText: "Saved" }).waitFor();
    await isSound(ana);
    await remove();
    await page.getByRole("status").filter({ hasText: "Saved" }).waitFor();
    assertEquals(await page.getByRole("list", { name: "Passkeys" }).count(), 0);
    await isSound(ana);
  },
);

browserTest(
  "A passkey that the text box offers signs in, but no other browser with its signature",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const { page } = ana;
    await addAuthenticator(ana);
    await page.goto(`${server.url}/settings/account`);
    await addPasskey(ana, "");
    await page.getByRole("link", { name: "I have kept them" }).click();
    await page.goto(`${server.url}/settings`);
    await page.getByRole("button", { name: "Sign out" }).click();
    // Keeps what the page sends, and lets nothing of it arrive.
    const sent: string[] = [];
    await page.route("**/api/session", async (route) => {
      if (route.request().method() !== "POST") return await route.continue();
      sent.push(route.request().postData()!);
      await route.abort();
    });
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await until(() => sent.length > 0, "a signature");
    await page.unroute("**/api/session");
    const post = (body: string) =>
      page.evaluate(async (body) => {
        const answer = await fetch("/api/session", { method: "POST", body });
        return answer.status;
      }, body);
    const body = sent[0]!;
    // The challenge was given to this browser: to another it says nothing.
    const eve = await visitors.come();
    await eve.page.goto(server.url);
    const stolen = await eve.page.evaluate(async (body) => {
      const answer = await fetch("/api/session", { method: "POST", body });
      return answer.status;
    }, body);
    assertEquals(stolen, 422);
    assertEquals(await post(body), 422, "the theft used the challenge up");
    await page.goto(`${server.url}/login`);
    await page.waitForURL("**/rooms/lobby");
    await ana.seesStatus("Connected");
  },
);

browserTest(
  "A picture is cropped by the keyboard, and everybody sees it",
  async (server, visitors) => {
    const ana = await (await visitors.come({ viewport: PHONE }))
      .enter(server.url, "Ana");
    const { page } = ana;
    await ana.says("Look at me");
    await ana.sees("Look at me");
    await page.goto(`${server.url}/settings`);
    const png = await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(300, 200);
      const context = canvas.getContext("2d")!;
      context.fillStyle = "red";
      context.fillRect(0, 0, 150, 200);
      context.fillStyle = "blue";
      context.fillRect(150, 0, 150, 200);
      const blob = await canvas.convertToBlob();
      return Array.from(new Uint8Array(await blob.arrayBuffer()));
    });
    await page.getByLabel("Choose a picture").setInputFiles({
      name: "me.png",
      mimeType: "image/png",
      buffer: Buffer.from(png),
    });
    const across = page.getByRole("slider", { name: "To the side" });
    await across.focus();
    await page.keyboard.press("End");
    await page.getByRole("slider", { name: "Larger" }).focus();
    await page.keyboard.press("End");
    await page.getByRole("button", { name: "Save the picture" }).click();
    await page.getByRole("status").filter({ hasText: "Saved" }).waitFor();
    const shown = page.getByRole("main").locator("img.avatar");
    const colour = await shown.evaluate(async (element) => {
      const image = element as HTMLImageElement;
      await image.decode();
      const canvas = new OffscreenCanvas(1, 1);
      const context = canvas.getContext("2d")!;
      context.drawImage(image, 0, 0, 1, 1);
      return [image.naturalWidth, ...context.getImageData(0, 0, 1, 1).data];
    });
    assertEquals(colour[0], 256);
    assert(colour[3]! > 200 && colour[1]! < 60, `${colour}`);
    await isSound(ana);

    const omar = await (await visitors.come()).enter(server.url, "Omar");
    await omar.message("Look at me").locator("img.avatar").waitFor();
    await page.goto(`${server.url}/settings`);
    await page.getByRole("button", { name: "Remove the picture" }).click();
    await page.getByRole("status").filter({ hasText: "Saved" }).waitFor();
    assertEquals(await page.locator("img.avatar").count(), 0);
  },
);

browserTest(
  "Guests who settled in are told once how to keep their name; accounts are not",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const { page } = ana;
    const note = page.getByText("Keep this name");
    for (const text of ["One", "Two"]) await ana.says(text);
    await ana.sees("Two");
    assertEquals(await note.count(), 0);
    await ana.says("Three");
    await note.waitFor();
    await page.getByRole("button", { name: "Not now" }).click();
    await note.waitFor({ state: "detached" });
    await page.reload();
    await ana.seesStatus("Connected");
    assertEquals(await note.count(), 0);

    await page.evaluate(() => localStorage.clear());
    await page.reload();
    await note.waitFor();
    await page.getByRole("link", { name: "Add", exact: true }).click();
    await page.getByLabel("New password").fill("seven quiet lanterns");
    await page.getByRole("button", { name: "Add the password" }).click();
    await page.getByRole("link", { name: "I have kept them" }).click();
    await page.goto(`${server.url}/rooms/lobby`);
    await ana.seesStatus("Connected");
    await ana.sees("Three");
    assertEquals(await note.count(), 0);
    await isSound(ana);
  },
);
