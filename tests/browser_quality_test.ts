/** What pages weigh, and whether everybody can use them. */
import { assert, assertEquals } from "@std/assert";
import { isAccessible } from "./support/accessible.ts";
import { browserTest, isSound, PHONE } from "./support/browser.ts";

/** Bytes of compressed JavaScript that a room's page may load. */
const SCRIPT_BUDGET = 80 * 1024;

async function gzipSize(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
  const zipped = new Blob([bytes]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return (await new Response(zipped).arrayBuffer()).byteLength;
}

browserTest(
  "A room's page loads at most 80 kB of compressed JavaScript",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const sizes = new Map<string, Promise<number>>();
    ana.page.on("response", (response) => {
      if (response.request().resourceType() !== "script") return;
      const size = response.body().then((body) => {
        // The whole checker is for those who develop.
        assert(!body.includes("never arrived in"), response.url());
        return gzipSize(new Uint8Array(body));
      });
      sizes.set(response.url(), size);
    });
    await ana.page.reload();
    await ana.seesStatus("Connected");
    const total = (await Promise.all(sizes.values())).reduce(
      (a, b) => a + b,
      0,
    );
    console.log(
      `${sizes.size} scripts, ${(total / 1024).toFixed(1)} kB gzipped`,
    );
    assert(total > 0 && total <= SCRIPT_BUDGET, `${total} bytes`);
  },
);

for (const colorScheme of ["light", "dark"] as const) {
  browserTest(
    `axe finds nothing on a room in any state, ${colorScheme}`,
    async (server, visitors) => {
      const ana = await visitors.come({ colorScheme, bypassCSP: true });
      await ana.page.goto(server.url);
      await isAccessible(ana, "guest form");
      await ana.enter(server.url, "Ana");
      await isAccessible(ana, "empty room");
      for (
        const text of [
          ...["Hello", "`code` https://example.org", "```ts\n1\n```"],
          "a|b\n-|-\n1|2",
        ]
      ) {
        await ana.says(text);
        await ana.page.locator("article:not(.pending)").last().waitFor();
      }
      await ana.message("Hello").hover();
      await isAccessible(ana, "room");
      await ana.page.goto(`${server.url}/rooms/lobby`);
      await ana.seesStatus("Connected");
      await server.kill();
      await ana.seesStatus("Reconnecting");
      await ana.says("Waits");
      await isAccessible(ana, "room while reconnecting");
    },
  );
}

browserTest(
  "axe finds nothing on a phone in Chinese",
  async (server, visitors) => {
    const options = { viewport: PHONE, isMobile: true, hasTouch: true };
    const ana = await visitors.come({
      ...options,
      locale: "zh-CN",
      bypassCSP: true,
    });
    await ana.page.goto(server.url);
    await isAccessible(ana, "guest form");
    await ana.page.locator("input[name=name]").fill("李雷");
    await ana.page.locator("form button").click();
    await ana.page.getByRole("log").waitFor();
    // A table that is wider than the phone scrolls in itself, by keys too.
    await ana.page.locator("textarea").fill(
      `${"列|".repeat(8)}\n${"-|".repeat(8)}\n${"一|".repeat(8)}`,
    );
    await ana.page.locator("button.send").click();
    const table = ana.page.getByRole("group", { name: "表格" });
    await table.focus();
    await ana.page.keyboard.press("ArrowRight");
    await ana.page.waitForFunction(() =>
      document.querySelector(".table-box")!.scrollLeft > 0
    );
    assertEquals(await table.getByRole("columnheader").count(), 8);
    await isSound(ana);
    await isAccessible(ana, "room");
  },
);
