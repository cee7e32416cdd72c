/** Coming in by an invitation as somebody new: a name, then a password, a passkey, or later. */
import { assert, assertEquals } from "@std/assert";
import { isAccessible } from "./support/accessible.ts";
import {
  browserTest,
  DESK,
  isSound,
  PHONE,
  type Visitor,
} from "./support/browser.ts";
import type { ServerProcess } from "./support/server.ts";
import { addAuthenticator } from "./support/virtual_authenticator.ts";

/** Owns the place; gives what makes links. */
async function own(server: ServerProcess, ana: Visitor) {
  const code = await server.printed(/\/setup#\S+/);
  await ana.page.goto(server.url + code);
  await ana.page.waitForFunction(() => location.hash === "");
  await ana.page.getByRole("textbox", { name: "Name" }).fill("Ana");
  await ana.page.getByRole("button", { name: "Own this place" }).click();
  await ana.page.getByText("This place is yours now.").waitFor();
  return async (wish: unknown): Promise<string> => {
    const response = await ana.page.request.post(
      `${server.url}/api/invitations`,
      { data: wish, headers: { origin: server.url } },
    );
    return (await response.json()).invitation.link;
  };
}

/** Opens a link and chooses a name. */
async function follow(visitor: Visitor, link: string, name: string) {
  await visitor.page.goto(link);
  await visitor.page.waitForFunction(() => location.hash === "");
  await visitor.page.getByRole("textbox", { name: "Name" }).fill(name);
  await visitor.page.getByRole("button", { name: "Come in" }).click();
  await visitor.page.getByRole("heading", { name: `Welcome, ${name}` })
    .waitFor();
}

async function roleOf({ page }: Visitor, url: string): Promise<string> {
  const response = await page.request.get(`${url}/api/session`);
  const { person } = await response.json();
  const about = await page.request.get(`${url}/api/people/${person.id}`);
  return (await about.json()).person.role;
}

for (const viewport of [PHONE, DESK]) {
  browserTest(
    `A member's link leads by a password or a passkey into its room, ${viewport.width} px wide`,
    async (server, visitors) => {
      const ana = await visitors.come();
      const link = await own(server, ana);
      const made = await ana.page.request.post(`${server.url}/api/rooms`, {
        data: { name: "Plot", kind: "private" },
        headers: { origin: server.url },
      });
      const { room } = await made.json();
      const plot = await link({ role: "member", room: room.id });

      const mei = await visitors.come({ viewport, bypassCSP: true });
      await follow(mei, plot, "Mei");
      await isAccessible(mei, "keep");
      await isSound(mei);
      const password = mei.page.getByLabel("New password");
      await password.fill("short");
      await mei.page.getByRole("button", { name: "Add the password" }).click();
      await mei.page.getByText("A password needs at least 10 characters.")
        .waitFor();
      await isAccessible(mei, "keep, refused");
      await password.fill("seven quiet lanterns");
      await password.press("Enter");
      await mei.page.getByRole("heading", { name: "You are a member, Mei" })
        .waitFor();
      await isAccessible(mei, "codes");
      await isSound(mei);
      await mei.page.getByRole("link", { name: "I have kept them" }).click();
      await mei.seesStatus("Connected");
      assert(mei.page.url().endsWith(`/rooms/${room.id}`), mei.page.url());
      assertEquals(await roleOf(mei, server.url), "member");

      const omar = await visitors.come({ viewport });
      await addAuthenticator(omar);
      await follow(omar, await link({ role: "member" }), "Omar");
      await omar.page.getByRole("button", { name: "Add a passkey" }).click();
      await omar.page.getByRole("heading", { name: "Your recovery codes" })
        .waitFor();
      assertEquals(
        await omar.page.getByLabel("New password").isVisible(),
        false,
      );
      await isSound(omar);
      await omar.page.getByRole("link", { name: "I have kept them" }).click();
      await omar.seesStatus("Connected");
      assert(omar.page.url().endsWith("/rooms/lobby"), omar.page.url());
      assertEquals(await roleOf(omar, server.url), "member");

      const robin = await visitors.come({ viewport });
      await follow(robin, plot, "Robin");
      await robin.page.getByText(/you are a guest, in this browser only/)
        .waitFor();
      await robin.page.getByRole("link", { name: "Later" }).click();
      await robin.seesStatus("Connected");
      assertEquals(await roleOf(robin, server.url), "guest");

      // Who has an account is not asked again.
      await mei.page.goto(await link({ role: "member" }));
      await mei.page.waitForFunction(() => location.hash === "");
      await mei.page.getByRole("button", { name: "Come in" }).click();
      await mei.seesStatus("Connected");
      assert(mei.page.url().endsWith("/rooms/lobby"), mei.page.url());
    },
  );
}

browserTest(
  "Without scripts a member's link works as well, and leads nowhere else",
  async (server, visitors) => {
    const ana = await visitors.come();
    const link = await own(server, ana);
    const [address, code] = (await link({ role: "member" })).split("#");
    const mei = await visitors.come({ javaScriptEnabled: false });
    const { page } = mei;
    await page.goto(address!);
    await page.getByRole("textbox", { name: "Name" }).fill("Mei");
    await page.getByRole("textbox", { name: "Code of the invitation" })
      .fill(code!);
    await page.getByRole("button", { name: "Come in" }).click();
    // Somebody else's address behind it would be followed with trust.
    await page.goto(`${server.url}/keep?next=//evil.test/rooms`);
    await page.getByLabel("New password").fill("seven quiet lanterns");
    await page.getByRole("button", { name: "Add the password" }).click();
    await page.getByRole("link", { name: "I have kept them" }).click();
    await page.waitForURL(`${server.url}/rooms/lobby`);
  },
);
