/** Notifications of tabs that are not being looked at, in a browser. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest, isSound, Visitor } from "./support/browser.ts";

/** Counts notifications, and lets a tab seem out of sight: browsers without a screen show all. */
function stage(): void {
  const told: { title: string; body: string; closed: boolean }[] = [];
  let isHidden = false;
  class Counted extends EventTarget {
    static permission: NotificationPermission = "default";
    static requestPermission() {
      Counted.permission = "granted";
      localStorage.setItem("test.granted", "yes");
      return Promise.resolve(Counted.permission);
    }
    onclick: (() => void) | null = null;
    onclose: (() => void) | null = null;
    readonly record: typeof told[number];
    constructor(title: string, options: NotificationOptions) {
      super();
      this.record = { title, body: options.body ?? "", closed: false };
      told.push(this.record);
      Object.assign(globalThis, { lastNotice: this });
    }
    close() {
      this.record.closed = true;
      this.onclose?.();
    }
  }
  if (localStorage.getItem("test.granted")) Counted.permission = "granted";
  Object.defineProperty(document, "visibilityState", {
    get: () => isHidden ? "hidden" : "visible",
  });
  Object.assign(globalThis, {
    Notification: Counted,
    told,
    hide(hidden: boolean) {
      isHidden = hidden;
      document.dispatchEvent(new Event("visibilitychange"));
    },
  });
}

// deno-lint-ignore no-explicit-any -- what `stage` put there
type Staged = any;

const toldIn = (page: Page) =>
  page.evaluate(() => (globalThis as Staged).told as { title: string }[]);
const hide = (page: Page, hidden: boolean) =>
  page.evaluate((hidden) => (globalThis as Staged).hide(hidden), hidden);
/** The lock of the tab that shows notifications is taken, and none is looked at. */
const isReady = (page: Page, tabs: number) =>
  page.waitForFunction(async (tabs) => {
    const { held = [], pending = [] } = await navigator.locks.query();
    const leads = [...held, ...pending].filter(({ name }) =>
      name?.startsWith("atoll-notices/")
    );
    return leads.length === tabs &&
      !held.some(({ name }) => name?.startsWith("atoll-watch/"));
  }, tabs);

browserTest(
  "Two tabs tell once of a mention, open it, and take it back once it is read elsewhere",
  async (server, visitors) => {
    const ana = await visitors.come();
    const context = ana.page.context();
    await context.addInitScript(stage);
    await ana.enter(server.url, "Ana");
    const { page } = ana;
    await page.goto(`${server.url}/settings/notifications`);
    await page.getByRole("checkbox", { name: /Show notifications/ }).check();
    await page.getByRole("button", { name: "Show a test" }).click();
    assertEquals((await toldIn(page)).length, 1);
    await isSound(ana);
    await page.goto(`${server.url}/rooms/lobby`);
    await ana.seesStatus("Connected");
    await page.getByRole("button", { name: "New room" }).click();
    await page.getByRole("textbox", { name: "Room name" }).fill("Boats");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("heading", { name: "Boats" }).waitFor();
    const other = new Visitor(await context.newPage());
    await other.page.goto(`${server.url}/rooms/boats`);
    await other.seesStatus("Connected");
    const tabs = [page, other.page];
    for (const tab of tabs) await hide(tab, true);
    await isReady(page, 2);

    const omar = await (await visitors.come()).enter(server.url, "Omar");
    await omar.says("Nothing for anyone");
    await omar.says("@Ana, look **here**");
    const all = async () => (await Promise.all(tabs.map(toldIn))).flat();
    while ((await all()).length === 0) await page.waitForTimeout(20);
    const leader = (await toldIn(page)).length > 0 ? page : other.page;
    assertEquals(await all(), [
      { title: "Omar · #lobby", body: "@Ana, look here", closed: false },
    ] as Staged);
    // Read on another device.
    const phone = await visitors.come();
    await phone.page.context().addCookies(await context.cookies());
    await phone.page.goto(`${server.url}/rooms/lobby`);
    await phone.sees("@Ana, look");
    await leader.waitForFunction(() => (globalThis as Staged).told[0].closed);
    await phone.page.close();

    // A click opens the message in its room.
    await omar.says("@Ana, once more");
    await leader.waitForFunction(() =>
      (globalThis as Staged).told.length === 2
    );
    await leader.evaluate(() => (globalThis as Staged).lastNotice.onclick());
    await leader.getByRole("heading", { name: "lobby" }).waitFor();
    await leader.getByText("@Ana, once more").waitFor();
    assertEquals((await all()).length, 2);

    // A tab that is looked at tells by itself.
    await hide(leader, false);
    await omar.says("@Ana, seen at once");
    await leader.getByText("@Ana, seen at once").waitFor();
    assertEquals((await all()).length, 2);
    assertEquals(ana.errors, []);
  },
);
