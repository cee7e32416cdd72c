/** Chromium, and people who use the product in it. */
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from "playwright-core";
import { assertEquals } from "@std/assert";
import { findTool, TOOLS } from "../../tasks/tools.ts";
import { ServerProcess } from "./server.ts";

const tool = TOOLS.find(({ name }) => name === "Chromium")!;

/** Whether there is no browser; `deno task test` says how to get one. */
export const noBrowser = findTool(tool) === undefined;

/** A window of the given size. */
export const DESK = { width: 1280, height: 760 };
export const PHONE = { width: 390, height: 844 };

/** Someone at a browser of their own. */
export class Visitor {
  readonly page: Page;
  /** What the page reported as errors. */
  readonly errors: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on("pageerror", (error) => this.errors.push(String(error)));
    page.on("console", (message) => {
      // A refused connection is part of some tests, and logged by the browser.
      const expected = /WebSocket|ERR_|Failed to load resource/.test(
        message.text(),
      );
      if (message.type() === "error" && !expected) {
        this.errors.push(message.text());
      }
    });
  }

  /** Enters under a name, as the form does, and waits until the room lives. */
  async enter(url: string, name: string): Promise<this> {
    const headers = { origin: url };
    const entered = await this.page.request
      .post(`${url}/api/session`, { headers, data: { name } });
    assertEquals(entered.status(), 201);
    await this.page.goto(url);
    await this.seesStatus("Connected");
    return this;
  }

  get composer(): Locator {
    return this.page.getByRole("textbox", { name: "Message", exact: true });
  }

  get log(): Locator {
    return this.page.getByRole("log", { name: "Messages" });
  }

  /** Writes a message and sends it with Enter. */
  async says(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press("Enter");
  }

  /** The message with this text. */
  message(text: string): Locator {
    return this.log.getByRole("article").filter({ hasText: text });
  }

  /** Waits until exactly one message has this text, and nothing of it is pending. */
  async sees(text: string): Promise<void> {
    await this.message(text).waitFor();
    await this.page.waitForFunction(
      (text) =>
        Array.from(document.querySelectorAll("[role=log] article"))
          .filter((article) =>
            article.textContent?.includes(text) &&
            !article.classList.contains("pending")
          ).length === 1,
      text,
    );
  }

  /** Waits for the state of the connection. */
  async seesStatus(state: string): Promise<void> {
    await this.page.getByRole("status", { name: "Connection" })
      .filter({ hasText: state }).waitFor();
  }

  /** Texts of all messages, in order. */
  async texts(): Promise<string[]> {
    return await this.log.locator("article [id^='b-']").allTextContents();
  }
}

/** One for all tests of a file: only their visitors are their own. */
let browser: Promise<Browser> | undefined;

function launch(): Promise<Browser> {
  return browser ??= chromium.launch({
    executablePath: findTool(tool)!,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
    ],
  });
}

/** Ends the browser, if there is one. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

Deno.test.afterAll(closeBrowser);

/** Windows of a browser, one for each visitor. */
export class Visitors {
  readonly #browser: Browser;
  readonly #contexts: BrowserContext[] = [];

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async launch(): Promise<Visitors> {
    return new Visitors(await launch());
  }

  /** Someone new, with no cookies. */
  async come(options: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await this.#browser.newContext({
      viewport: DESK,
      locale: "en-GB",
      reducedMotion: "reduce",
      ...options,
    });
    context.setDefaultTimeout(60_000);
    this.#contexts.push(context);
    return new Visitor(await context.newPage());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const context of this.#contexts) await context.close();
  }
}

/** A test with a server process and a browser; resources are the browser's own affair. */
export function browserTest(
  name: string,
  run: (server: ServerProcess, visitors: Visitors) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: noBrowser,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      await using server = await ServerProcess.start();
      await using visitors = await Visitors.launch();
      await run(server, visitors);
    },
  });
}

/** No errors in the page, and no sideways scrolling. */
export async function isSound({ page, errors }: Visitor): Promise<void> {
  assertEquals(errors, []);
  const overflow = await page.evaluate(() =>
    document.documentElement.scrollWidth - innerWidth
  );
  assertEquals(overflow, 0);
}

/** Waits until the page's storage has so many rows that are to be sent. */
export async function hasStored(
  page: Page,
  count: number,
  database = "atoll",
): Promise<void> {
  await page.waitForFunction(async ([count, database]) => {
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(database);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const rows = await new Promise<number>((resolve) => {
      const request = db.transaction("rows").objectStore("rows").count();
      request.onsuccess = () => resolve(request.result);
    });
    db.close();
    return rows === count;
  }, [count, database] as const);
}
