/** What one writes with: marks, code, names and emoji. */
import { assert, assertEquals } from "@std/assert";
import { isAccessible } from "./support/accessible.ts";
import type { Locator } from "playwright-core";
import { VECTORS } from "./fixtures/xss.ts";
import {
  browserTest,
  isSound,
  PHONE,
  type Visitor,
} from "./support/browser.ts";

declare global {
  // What hostile messages call.
  var __xss: (id: number) => void;
  var __ran: number[];
}

browserTest(
  "No message runs anything in a reader's page, even without the security policy",
  async (server, visitors) => {
    const mallory = await visitors.come({
      bypassCSP: true,
      // A page that the test hands over counts as one from elsewhere.
      permissions: ["local-network-access"],
    });
    const { page } = mallory;
    await mallory.enter(server.url, "Mallory");
    await page.addInitScript(() => {
      globalThis.__ran = [];
      globalThis.__xss = (id) => globalThis.__ran.push(id);
    });
    let policies = 0;
    await page.route(`${server.url}/**`, async (route) => {
      if (route.request().resourceType() !== "document") {
        return await route.continue();
      }
      const response = await route.fetch();
      const headers = response.headers();
      if ("content-security-policy" in headers) policies++;
      delete headers["content-security-policy"];
      await route.fulfill({ response, headers });
    });
    await page.reload();
    await mallory.seesStatus("Connected");
    for (const text of VECTORS) {
      await mallory.composer.fill(text);
      await mallory.composer.press("Enter");
    }
    const count = VECTORS.length;
    await allPosted(mallory, count);
    await assertHarmless(mallory);
    // The same, rendered by the server and then taken over by the script.
    await page.reload();
    await mallory.seesStatus("Connected");
    await assertHarmless(mallory);
    assert(policies >= 2, "the pages had no policy to begin with");
    // What would have run is noticed.
    await page.evaluate(() => {
      const image = document.createElement("img");
      document.body.append(image);
      image.outerHTML = "<img src=x onerror=__xss(0)>";
    });
    await page.waitForFunction(() => globalThis.__ran.includes(0));
    await page.unrouteAll({ behavior: "ignoreErrors" });
  },
);

/** Waits until the newest of so many messages is stored. */
async function allPosted({ page }: Visitor, count: number): Promise<void> {
  await page.waitForFunction((count) => {
    const rows = [...document.querySelectorAll("[role=log] article")];
    return rows.at(-1)?.getAttribute("data-seq") === String(count) &&
      rows.every((row) => !row.classList.contains("pending"));
  }, count);
}

/** Walks over every message and every link of the log; nothing has run. */
async function assertHarmless({ page }: Visitor): Promise<void> {
  await page.waitForFunction(() =>
    document.querySelectorAll("[role=log] .code-string").length > 0
  );
  const found = await page.evaluate(() => {
    const log = document.querySelector("[role=log]")!;
    const hrefs: string[] = [];
    for (const element of log.querySelectorAll("*")) {
      for (const type of ["mouseover", "focus", "mouseenter", "toggle"]) {
        element.dispatchEvent(new Event(type));
      }
      if (element instanceof HTMLAnchorElement) hrefs.push(element.protocol);
    }
    const names = new Set(
      [...log.querySelectorAll("*")].map(({ localName }) => localName),
    );
    return { ran: globalThis.__ran, names: [...names], hrefs };
  });
  assertEquals(found.ran, []);
  assert(found.hrefs.length > 0);
  for (const protocol of found.hrefs) {
    assert(["http:", "https:", "mailto:"].includes(protocol), protocol);
  }
  const foreign = found.names.filter((name) =>
    /^(script|img|image|iframe|object|embed|style|link|meta|base|form|input|textarea|video|audio|body|math|marquee)$/
      .test(name)
  );
  assertEquals(foreign, []);
}

const SNIPPET = `# Heading
> quoted **bold** and \`code\`
1. first
2. second [docs](https://example.org/a)
   - inner
\`\`\`ts
// comment
export const answer: number = 42; // and
function say(name: string) { return \`hi \${name}\`; }
\`\`\`
\`\`\`diff
-old
+new
\`\`\`
\`\`\`nonsense
const plain = 1;
\`\`\``;

for (const colorScheme of ["light", "dark"] as const) {
  browserTest(
    `Marks and coloured code are readable and accessible, ${colorScheme}`,
    async (server, visitors) => {
      const ana = await visitors.come({ colorScheme, bypassCSP: true });
      const scripts: string[] = [];
      ana.page.on("request", (request) => {
        if (request.resourceType() === "script") scripts.push(request.url());
      });
      await ana.enter(server.url, "Ana");
      await ana.says("```nonsense\nnothing\n```");
      await ana.sees("nothing");
      const before = scripts.length;
      await ana.says(SNIPPET);
      await ana.sees("answer");
      const body = ana.log.locator(".body").last();
      await body.locator(".code-keyword").first().waitFor();
      await body.locator(".code-added").waitFor();
      // What colours code came only now.
      assert(scripts.length > before);
      for (
        const [part, text] of [
          [".heading", "Heading"],
          ["blockquote strong", "bold"],
          ["blockquote p code", "code"],
          ["ol > li[value='2'] ul li", "inner"],
          [".code-comment >> nth=0", "// comment"],
          [".code-number", "42"],
        ] as const
      ) assertEquals(await body.locator(part).textContent(), text);
      assertEquals(
        await body.locator("a").getAttribute("title"),
        "example.org",
      );
      assertEquals(
        await body.locator("pre").allTextContents(),
        [...SNIPPET.matchAll(/```\w+\n([^]*?)\n```/g)].map(([, code]) => code),
      );
      assertEquals(
        await body.locator("pre").last().locator("span").count(),
        0,
      );
      await isAccessible(ana);
      await isSound(ana);
    },
  );
}

browserTest(
  "People, rooms and emoji are completed by keys, and not while an input method composes",
  async (server, visitors) => {
    const omar = await (await visitors.come()).enter(server.url, "Omar Ali");
    const ana = await (await visitors.come({ bypassCSP: true }))
      .enter(server.url, "Ana");
    await omar.says("Hello");
    await ana.sees("Hello");
    const { page, composer } = ana;
    const { keyboard } = page;
    const list = page.getByRole("listbox");
    const chosen = page.getByRole("option", { selected: true });

    await composer.focus();
    await keyboard.type("Hi @om");
    await page.getByRole("listbox", { name: "People to mention" }).waitFor();
    assertEquals(
      await composer.getAttribute("aria-activedescendant"),
      await chosen.getAttribute("id"),
    );
    assertEquals(await chosen.textContent(), "@Omar Ali");
    await isAccessible(ana);
    await keyboard.press("Enter");
    assertEquals(await composer.inputValue(), "Hi @Omar Ali ");
    assertEquals(await list.count(), 0);
    await keyboard.press("Control+Z");
    assertEquals(await composer.inputValue(), "Hi @om");

    await composer.fill("");
    await keyboard.type("see #lob");
    await page.getByRole("listbox", { name: "Rooms to name" }).waitFor();
    await keyboard.press("Tab");
    assertEquals(await composer.inputValue(), "see #lobby ");
    await keyboard.press("Enter");
    await ana.sees("see #lobby");
    const link = ana.message("see #lobby").getByRole("link", {
      name: "#lobby",
    });
    assertEquals(await link.getAttribute("href"), "/rooms/lobby");

    await keyboard.type("10:30 :p");
    assertEquals(await list.count(), 0);
    await keyboard.type("arty_p");
    await page.getByRole("listbox", { name: "Emoji" }).waitFor();
    assertEquals(await chosen.textContent(), "🎉party popper");
    await keyboard.press("Escape");
    await list.waitFor({ state: "detached" });
    await keyboard.type("o");
    assertEquals(await list.count(), 0);
    await composer.fill("");
    await keyboard.type(":rocket");
    await list.waitFor();
    await keyboard.press("ArrowDown");
    await keyboard.press("ArrowUp");
    await keyboard.press("Enter");
    assertEquals(await composer.inputValue(), "🚀 ");
    await keyboard.type(":tada:");
    await page.waitForFunction(() =>
      document.querySelector<HTMLTextAreaElement>(".composer textarea")
        ?.value === "🚀 🎉"
    );
    await keyboard.press("Control+Z");
    assertEquals(await composer.inputValue(), "🚀 :tada:");

    await composer.fill("@om");
    await list.waitFor();
    await composer.evaluate((field) =>
      field.dispatchEvent(
        new KeyboardEvent("keydown", {
          key: "Enter",
          isComposing: true,
          bubbles: true,
          cancelable: true,
        }),
      )
    );
    assertEquals(await composer.inputValue(), "@om");
    // What is written out already is sent.
    await composer.fill("@Omar Ali");
    await list.waitFor();
    await keyboard.press("Enter");
    await ana.sees("@Omar Ali");
    await ana.log.locator(".mention:not(.own)", { hasText: "@Omar Ali" })
      .waitFor();
    await omar.log.locator(".mention.own", { hasText: "@Omar Ali" }).waitFor();
    await isSound(ana);
  },
);

browserTest(
  "An editor completes and marks too, and Esc closes the list first",
  async (server, visitors) => {
    const ana = await (await visitors.come({ bypassCSP: true }))
      .enter(server.url, "Ana");
    const { page } = ana;
    const { keyboard } = page;
    await ana.says("Hello");
    await ana.sees("Hello");
    await ana.composer.press("ArrowUp");
    const editor = page.getByRole("textbox", { name: "Edit message" });
    await isFocused(editor);
    await keyboard.type(" @her");
    const list = page.getByRole("listbox", { name: "People to mention" });
    await list.waitFor();
    await isAccessible(ana);
    await keyboard.press("Escape");
    await list.waitFor({ state: "detached" });
    await isFocused(editor);
    await keyboard.type("e :rock");
    await page.getByRole("option", { name: "rocket" }).first().click();
    await keyboard.press("Shift+Home");
    await keyboard.press("Control+I");
    assertEquals(await editor.inputValue(), "*Hello @here 🚀* ");
    await keyboard.press("Enter");
    await ana.sees("Hello @here 🚀");
    assertEquals(
      await ana.log.locator("em .mention.own").textContent(),
      "@here",
    );
    await isSound(ana);
  },
);

browserTest(
  "On a phone a touch completes, and the list stands above the text box",
  async (server, visitors) => {
    const ana = await visitors.come({
      viewport: PHONE,
      hasTouch: true,
      isMobile: true,
      locale: "zh-CN",
    });
    const { page } = ana;
    await page.goto(server.url);
    await page.locator("input[name=name]").fill("李雷");
    await page.locator("form button").click();
    const composer = page.locator("textarea[name=body]");
    await page.locator(".connection.connected").waitFor();
    await composer.tap();
    await composer.pressSequentially(":生日");
    const list = page.getByRole("listbox", { name: "表情" });
    const option = list.getByRole("option", { name: "生日蛋糕" });
    await option.waitFor();
    const above = (await list.boundingBox())!;
    const box = (await composer.boundingBox())!;
    assert(above.y >= 0 && above.y + above.height <= box.y);
    assert(above.x >= 0 && above.x + above.width <= PHONE.width);
    await option.tap();
    assertEquals(await composer.inputValue(), "🎂 ");
    assert(await composer.evaluate((field) => field.matches(":focus")));
    await isSound(ana);
  },
);

browserTest(
  "An emoji is found by keys alone, goes where the caret was, and comes first next time",
  async (server, visitors) => {
    const ana = await (await visitors.come({ bypassCSP: true }))
      .enter(server.url, "Ana");
    const { page, composer } = ana;
    const { keyboard } = page;
    await composer.focus();
    await keyboard.type("ab");
    await keyboard.press("ArrowLeft");
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    const search = page.getByRole("searchbox", { name: "Find an emoji" });
    await search.waitFor();
    await isFocused(search);
    await keyboard.type("party");
    const popper = page.getByRole("button", { name: "party popper" });
    await popper.waitFor();
    await keyboard.press("ArrowDown");
    const grid = page.getByRole("grid", { name: "Emoji" });
    const buttons = grid.getByRole("button");
    await isFocused(buttons.nth(0));
    await keyboard.press("ArrowRight");
    await isFocused(buttons.nth(1));
    await keyboard.press("Home");
    await keyboard.press("ArrowUp");
    await isFocused(search);
    await isAccessible(ana);
    await search.fill("party popper");
    await page.waitForFunction(() =>
      document.querySelectorAll("[role=gridcell]").length === 1
    );
    await keyboard.press("Enter");
    await isFocused(composer);
    assertEquals(await composer.inputValue(), "a🎉b");
    await search.waitFor({ state: "detached" });
    await keyboard.press("Control+Z");
    assertEquals(await composer.inputValue(), "ab");

    await page.getByRole("button", { name: "Insert an emoji" }).click();
    const recent = page.getByRole("grid", { name: "Recent" });
    assertEquals(
      await recent.getByRole("button").first().getAttribute("aria-label"),
      "party popper",
    );
    await page.getByRole("button", { name: "Flags" }).click();
    await page.getByRole("grid", { name: "Flags" }).waitFor();
    await keyboard.press("Escape");
    await isFocused(composer);
    assertEquals(await search.count(), 0);
    await isSound(ana);
  },
);

/** Waits until the focus is there. */
async function isFocused(place: Locator): Promise<void> {
  await place.and(place.page().locator(":focus")).waitFor();
}

browserTest(
  "Shortcuts put marks around what is selected, and undo takes them back",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const { page, composer } = ana;
    const { keyboard } = page;
    await composer.focus();
    await keyboard.type("make this bold");
    const select = (start: number, end: number) =>
      composer.evaluate(
        (field, [start, end]) =>
          (field as HTMLTextAreaElement).setSelectionRange(start!, end!),
        [start, end],
      );
    for (
      const [keys, text] of [
        ["Control+B", "make **this** bold"],
        ["Control+I", "make *this* bold"],
        ["Control+Shift+X", "make ~~this~~ bold"],
        ["Control+E", "make `this` bold"],
      ] as const
    ) {
      await select(5, 9);
      await keyboard.press(keys);
      assertEquals(await composer.inputValue(), text);
      await keyboard.press("Control+Z");
      assertEquals(await composer.inputValue(), "make this bold");
    }
    // Spaces stay outside, and the same keys take the marks away.
    await select(4, 10);
    await keyboard.press("Control+B");
    assertEquals(await composer.inputValue(), "make **this** bold");
    await keyboard.press("Control+I");
    assertEquals(await composer.inputValue(), "make ***this*** bold");
    await keyboard.press("Control+I");
    await keyboard.press("Control+B");
    assertEquals(await composer.inputValue(), "make this bold");
    await composer.fill("");
    await keyboard.press("Control+B");
    await keyboard.type("now");
    assertEquals(await composer.inputValue(), "**now**");
    await composer.fill("a\nb");
    await select(0, 3);
    await keyboard.press("Control+E");
    assertEquals(await composer.inputValue(), "```\na\nb\n```");
    await keyboard.press("Control+/");
    await page.getByRole("dialog").getByText("Strike out").waitFor();
    await isSound(ana);
  },
);
