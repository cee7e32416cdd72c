/** What is unsent outlives reload, crash and the tab, in Chromium. */
import { assertEquals } from "@std/assert";
import type { BrowserContext } from "playwright-core";
import {
  browserTest,
  hasStored,
  Visitor,
  type Visitors,
} from "./support/browser.ts";
import type { ServerProcess } from "./support/server.ts";
import { TcpProxy } from "./support/tcp_proxy.ts";

interface Scene {
  server: ServerProcess;
  visitors: Visitors;
  /** What stands between Ana and the server. */
  proxy: TcpProxy;
}

function outboxTest(name: string, run: (scene: Scene) => Promise<void>): void {
  browserTest(name, async (server, visitors) => {
    using proxy = new TcpProxy(server.port);
    await run({ server, visitors, proxy });
  });
}

/** A new tab of the same browser, in the lobby. */
async function newTab(context: BrowserContext, url: string): Promise<Visitor> {
  const tab = new Visitor(await context.newPage());
  await tab.page.goto(`${url}/rooms/lobby`);
  await tab.seesStatus("Connected");
  return tab;
}

/** What a dead tab left is adopted within this many milliseconds, and some. */
const ADOPTED = { timeout: 45_000 };

/** Tries to connect at once, as a tab does that comes back. */
async function comesBack({ page }: Visitor): Promise<void> {
  await page.evaluate(() => dispatchEvent(new Event("pageshow")));
}

/** Waits until there are so many messages, and gives their texts. */
async function textsOf(visitor: Visitor, count: number): Promise<string[]> {
  await visitor.page.waitForFunction(
    (count) =>
      document.querySelectorAll("[role=log] article:not(.pending)").length >=
        count,
    count,
  );
  return await visitor.texts();
}

outboxTest(
  "What was written while cut off is sent after the tab was closed and opened again [C1]",
  async ({ server, visitors, proxy }) => {
    const ana = await (await visitors.come()).enter(proxy.url, "Ana");
    const omar = await (await visitors.come()).enter(server.url, "Omar");
    proxy.cut();
    await ana.seesStatus("Reconnecting");
    await ana.says("one");
    await ana.says("two");
    await hasStored(ana.page, 2);
    const context = ana.page.context();
    await ana.page.close();
    proxy.mend();
    const again = await newTab(context, proxy.url);
    await again.message("two").waitFor(ADOPTED);
    for (const visitor of [again, omar]) {
      await visitor.sees("two");
      assertEquals(await visitor.texts(), ["one", "two"]);
    }
    await hasStored(again.page, 0);
  },
);

outboxTest(
  "What was unsent when the page crashed is sent after a reload [C1]",
  async ({ visitors, proxy }) => {
    const ana = await (await visitors.come()).enter(proxy.url, "Ana");
    proxy.cut();
    await ana.seesStatus("Reconnecting");
    await ana.says("before the crash");
    await hasStored(ana.page, 1);
    const crashed = ana.page.waitForEvent("crash");
    ana.page.goto("chrome://crash").catch(() => {});
    await crashed;
    proxy.mend();
    const again = new Visitor(await ana.page.context().newPage());
    // A page that sends nothing says so, and leads to one that does.
    await again.page.goto(`${proxy.url}/settings/look`);
    const note = again.page.getByRole("status")
      .filter({ hasText: "1 message is unsent." });
    await note.getByRole("link", { name: "Go to the room" }).click();
    await again.seesStatus("Connected");
    await again.message("before the crash").waitFor(ADOPTED);
    await again.sees("before the crash");
    await hasStored(again.page, 0);
  },
);

outboxTest(
  "A tab that dies while cut off leaves its messages to the one beside it [C1]",
  async ({ server, visitors, proxy }) => {
    const ana = await (await visitors.come()).enter(proxy.url, "Ana");
    const omar = await (await visitors.come()).enter(server.url, "Omar");
    const beside = await newTab(ana.page.context(), proxy.url);
    proxy.cut();
    await ana.seesStatus("Reconnecting");
    await beside.seesStatus("Reconnecting");
    await ana.says("from the one that dies");
    await beside.says("from the one that lives");
    await hasStored(ana.page, 2);
    await ana.page.close();
    await beside.message("from the one that dies").waitFor(ADOPTED);
    proxy.mend();
    await comesBack(beside);
    const texts = ["from the one that dies", "from the one that lives"];
    for (const visitor of [beside, omar]) {
      for (const text of texts) await visitor.sees(text);
      assertEquals(await visitor.texts(), texts);
    }
    await hasStored(beside.page, 0);
  },
);

outboxTest(
  "Where the browser stores nothing, the page says so and goes on [C1]",
  async ({ server, visitors, proxy }) => {
    const ana = await visitors.come();
    await ana.page.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException("Denied", "SecurityError");
      };
    });
    await ana.enter(proxy.url, "Ana");
    const note = ana.page.getByText(/leave this page open until it is sent/);
    await note.waitFor();
    const omar = await (await visitors.come()).enter(server.url, "Omar");
    assertEquals(await omar.page.getByText(/leave this page open/).count(), 0);
    proxy.cut();
    await ana.seesStatus("Reconnecting");
    await ana.says("kept by the page");
    const asked = ana.page.waitForEvent("dialog").then(async (dialog) => {
      const type = dialog.type();
      await dialog.dismiss();
      return type;
    });
    await ana.page.close({ runBeforeUnload: true });
    assertEquals(await asked, "beforeunload");
    proxy.mend();
    await comesBack(ana);
    await omar.sees("kept by the page");
    assertEquals(ana.errors, []);
  },
);

outboxTest(
  "A reload in the middle of thirty fast posts brings each once and in order [C1, L3]",
  async ({ server, visitors, proxy }) => {
    const ana = await (await visitors.come()).enter(proxy.url, "Ana");
    const omar = await (await visitors.come()).enter(server.url, "Omar");
    const texts = Array.from({ length: 30 }, (_, i) => `number ${i}.`);
    for (const [i, text] of texts.entries()) {
      await ana.says(text);
      if (i % 12 !== 11) continue;
      await ana.page.reload();
      await ana.seesStatus("Connected");
    }
    for (const visitor of [ana, omar]) {
      assertEquals(await textsOf(visitor, 30), texts);
    }
    await hasStored(ana.page, 0);
  },
);

outboxTest(
  "A tab that was frozen comes back, sends what it wrote and shows nothing twice [C1]",
  async ({ server, visitors, proxy }) => {
    const ana = await (await visitors.come()).enter(proxy.url, "Ana");
    const beside = await newTab(ana.page.context(), proxy.url);
    proxy.cut();
    await ana.seesStatus("Reconnecting");
    await ana.says("before it froze");
    await hasStored(ana.page, 1);
    // As the browser does before it freezes a page, which then says no more.
    await ana.page.evaluate(() => dispatchEvent(new Event("pagehide")));
    const devtools = await ana.page.context().newCDPSession(ana.page);
    await devtools.send("Debugger.enable");
    const paused = new Promise((done) => devtools.on("Debugger.paused", done));
    await devtools.send("Debugger.pause");
    await paused;
    await beside.message("before it froze").waitFor(ADOPTED);
    await devtools.send("Debugger.disable");
    await comesBack(ana);
    await ana.message("before it froze").waitFor({ state: "detached" });
    proxy.mend();
    for (const tab of [ana, beside]) await comesBack(tab);
    const omar = await (await visitors.come()).enter(server.url, "Omar");
    for (const visitor of [ana, beside, omar]) {
      await visitor.sees("before it froze");
      assertEquals(await visitor.texts(), ["before it froze"]);
    }
  },
);

outboxTest(
  "What one guest left unsent is shown to the next in this tab, and sent for nobody [C1]",
  async ({ server, visitors, proxy }) => {
    const ana = await (await visitors.come()).enter(proxy.url, "Ana");
    const offline = await newTab(ana.page.context(), proxy.url);
    proxy.cut();
    for (const tab of [ana, offline]) await tab.seesStatus("Reconnecting");
    await offline.says("a word of Ana");
    await hasStored(offline.page, 1);
    // Somebody else enters in the first tab while the second can't hear of it.
    const context = ana.page.context();
    await context.clearCookies();
    const { headers } = await fetch(`${server.url}/api/session`, {
      method: "POST",
      body: JSON.stringify({ name: "Bea" }),
    });
    const [name, value] = headers.get("set-cookie")!.split(";")[0]!.split("=");
    await context.addCookies([{
      ...{ name: name!, value: value!, url: proxy.url, httpOnly: true },
    }]);
    proxy.mend();
    await comesBack(offline);
    await offline.page.getByText("You are signed out").waitFor();
    await offline.page.getByRole("alert").getByText("a word of Ana").waitFor();
    await offline.page.getByRole("link", { name: "Enter again" }).click();
    await offline.seesStatus("Connected");
    const left = offline.page.getByRole("region", { name: /Written before/ });
    await left.getByText("a word of Ana").waitFor();
    await offline.says("a word of Bea");
    await offline.sees("a word of Bea");
    assertEquals(await offline.texts(), ["a word of Bea"]);
    await left.getByRole("button", { name: "Delete" }).click();
    await left.waitFor({ state: "detached" });
    await hasStored(offline.page, 0);
  },
);
