/** Every page there is, in every theme and both languages: usable by everybody, and never wider than the screen. */
import { assertEquals } from "@std/assert";
import { isAccessible } from "./support/accessible.ts";
import {
  browserTest,
  DESK,
  isSound,
  PHONE,
  type Visitor,
  type Visitors,
} from "./support/browser.ts";
import type { ServerProcess } from "./support/server.ts";
import { walk } from "./support/walk.ts";

const ROUTES = new URL("../routes/", import.meta.url);

/** Whose eyes a page is seen with. */
type Who = "owner" | "guest" | "stranger";

/** Addresses of each page by its file, and for whom it shows the most. */
const PAGES: Readonly<Record<string, readonly [Who, ...string[]]>> = {
  "index.tsx": ["stranger", "/", "/?deleted"],
  "join.tsx": ["stranger", "/join"],
  "keep.tsx": ["guest", "/keep"],
  "login/index.tsx": ["stranger", "/login", "/login?signed_out"],
  "login/recover.tsx": ["stranger", "/login/recover"],
  "mentions.tsx": ["owner", "/mentions"],
  "message.tsx": ["owner", "/message", "/message?q=a", "/message?q=nobody"],
  "place/audit.tsx": ["owner", "/place/audit"],
  "place/health.tsx": ["owner", "/place/health"],
  "place/index.tsx": ["owner", "/place", "/place?saved"],
  "place/invitations.tsx": ["owner", "/place/invitations"],
  "place/people.tsx": ["owner", "/place/people", "/place/people?q=nobody"],
  "place/rooms.tsx": ["owner", "/place/rooms"],
  "rooms/[room]/index.tsx": ["owner", "/rooms/lobby", "/rooms/lobby?before=9"],
  "rooms/index.tsx": ["owner", "/rooms", "/rooms?q=nothing"],
  "search.tsx": ["owner", "/search", "/search?q=Hello", "/search?q=from:"],
  "settings/account.tsx": ["owner", "/settings/account"],
  "settings/look.tsx": ["owner", "/settings/look"],
  "settings/notifications.tsx": ["owner", "/settings/notifications"],
  "settings/profile.tsx": ["owner", "/settings/profile"],
  "settings/sessions.tsx": ["owner", "/settings/sessions"],
  "setup.tsx": ["stranger", "/setup"],
};

/** What isn't found, not allowed, or different for somebody else. */
const MORE: readonly [Who, ...string[]][] = [
  ["stranger", "/nowhere"],
  ["owner", "/rooms/nowhere"],
  ["guest", "/place", "/settings/account", "/settings/profile", "/rooms"],
];

/** Files of routes that show a page. */
async function pageFiles(): Promise<string[]> {
  const files: string[] = [];
  for await (const path of walk(ROUTES)) {
    if (!path.endsWith(".tsx") || /(^|\/)_/.test(path)) continue;
    const text = await Deno.readTextFile(new URL(path, ROUTES));
    if (text.includes("export default")) files.push(path);
  }
  return files.sort();
}

Deno.test("Each page is among those that are looked at", async () => {
  assertEquals(Object.keys(PAGES).sort(), await pageFiles());
});

/** Sends what a page would, as the visitor. */
async function send(
  { page }: Visitor,
  method: string,
  url: string,
  body: { data?: unknown; form?: Record<string, string> },
): Promise<void> {
  const headers = { origin: new URL(url).origin };
  const answer = await page.request.fetch(url, { method, headers, ...body });
  if (!answer.ok()) throw new Error(`${url}: ${answer.status()}`);
}

/** A place with somebody of each kind, a room, messages and a record. */
async function settle(
  { url, printed }: { url: string; printed: string },
  come: () => Promise<Visitor>,
): Promise<Record<Who, Visitor>> {
  const [owner, guest, stranger] = [await come(), await come(), await come()];
  const enter = (one: Visitor, name: string) =>
    send(one, "POST", `${url}/api/session`, { data: { name } });
  await enter(owner, "Ana");
  await enter(guest, "李雷");
  const [code] = printed.split("#").slice(1);
  await send(owner, "POST", `${url}/setup`, { form: { code: code! } });
  await send(owner, "PATCH", `${url}/api/place`, { data: { name: "Harbour" } });
  await send(owner, "POST", `${url}/api/rooms`, {
    data: { name: "A room for everything that isn’t a boat." },
  });
  await send(owner, "POST", `${url}/api/rooms`, { data: { name: "Boats" } });
  await send(owner, "PATCH", `${url}/api/rooms/boats`, {
    data: { retentionDays: 30, topic: "All about boats" },
  });
  await send(owner, "POST", `${url}/api/invitations`, {
    data: { role: "member", maxUses: 5 },
  });
  await send(guest, "POST", `${url}/rooms/lobby`, {
    form: { body: "Hello @Ana", id: crypto.randomUUID() },
  });
  await send(owner, "POST", `${url}/settings/account`, {
    form: { act: "set_password", password: "seven quiet lanterns" },
  });
  return { owner, guest, stranger };
}

/** Asserts that the page's colours are far enough apart in the third theme, too. */
async function hasContrast(visitor: Visitor, what: string): Promise<void> {
  await visitor.page.evaluate(() =>
    document.documentElement.dataset.theme = "contrast"
  );
  await isAccessible(visitor, what, ["color-contrast"]);
}

async function look(
  server: ServerProcess,
  visitors: Visitors,
  options: Parameters<Visitors["come"]>[0],
  theme: string,
): Promise<void> {
  const printed = await server.printed(/\/setup#\S+/);
  const { url } = server;
  const people = await settle({ url, printed }, async () => {
    const one = await visitors.come({ ...options, bypassCSP: true });
    const cookie = { name: "atoll_theme", value: theme, url };
    await one.page.context().addCookies([cookie]);
    return one;
  });
  const found: string[] = [];
  for (const [who, ...paths] of [...Object.values(PAGES), ...MORE]) {
    const visitor = people[who];
    for (const path of paths) {
      await visitor.page.goto(url + path);
      await visitor.page.getByRole("main").first().waitFor();
      const what = `${path} as ${who}`;
      try {
        await isAccessible(visitor, what);
        await isSound(visitor);
        await hasContrast(visitor, `${what}, in high contrast`);
      } catch (error) {
        found.push(
          `${what}: ${error instanceof Error ? error.message : error}`,
        );
      }
    }
  }
  assertEquals(found, []);
}

browserTest(
  "axe finds nothing on any page on a desk, light, in English",
  (server, visitors) => look(server, visitors, { viewport: DESK }, "light"),
);

browserTest(
  "axe finds nothing on any page on a phone, dark, in Chinese",
  (server, visitors) =>
    look(server, visitors, { viewport: PHONE, locale: "zh-CN" }, "dark"),
);
