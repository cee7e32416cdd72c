/** Attaching and seeing files in a browser, at a desk and on a phone. */
import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import { isAccessible } from "./support/accessible.ts";
import type { Locator, Page, Route } from "playwright-core";
import {
  browserTest,
  DESK,
  hasStored,
  isSound,
  PHONE,
  type Visitor,
} from "./support/browser.ts";
import { bytesOf, plainPng } from "./support/files.ts";
import { until } from "./support/until.ts";

interface Given {
  name: string;
  mimeType: string;
  buffer: Uint8Array;
}

const text = (name: string): Given => ({
  name,
  mimeType: "text/plain",
  buffer: bytesOf(`The text of ${name}`),
});

async function picture(
  name: string,
  width: number,
  height: number,
): Promise<Given> {
  const buffer = await plainPng(width, height);
  return { name, mimeType: "image/png", buffer };
}

/** Chooses files as with the button. */
async function choose({ page }: Visitor, ...files: Given[]): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Attach files" }).click();
  // Playwright takes Node's buffers only.
  await (await chooser).setFiles(
    files.map((file) => ({ ...file, buffer: Buffer.from(file.buffer) })),
  );
}

const chips = ({ page }: Visitor): Locator =>
  page.getByRole("list", { name: "Attached files" }).getByRole("listitem");

/** Hands files to the page as a paste, or a drag over it, does. */
function hand(
  page: Page,
  target: string,
  types: string[],
  file: { name: string; text: string; size?: number },
): Promise<void> {
  return page.evaluate(({ target, types, file }) => {
    const data = new DataTransfer();
    const content = [file.text, new Uint8Array(file.size ?? 0)];
    data.items.add(new File(content, file.name, { type: "text/plain" }));
    const options = { bubbles: true, cancelable: true };
    for (const type of types) {
      document.querySelector(target)!.dispatchEvent(
        type === "paste"
          ? new ClipboardEvent(type, { ...options, clipboardData: data })
          : new DragEvent(type, { ...options, dataTransfer: data }),
      );
    }
  }, { target, types, file });
}

/** Holds uploads up until they are let go. */
async function holdUploads({ page }: Visitor) {
  const held: Route[] = [];
  await page.route("**/api/uploads?*", (route) => void held.push(route));
  return {
    held,
    async letGo() {
      for (const route of held.splice(0)) await route.continue();
      await page.unroute("**/api/uploads?*");
    },
  };
}

for (
  const [where, viewport] of [["a desk", DESK], ["a phone", PHONE]] as const
) {
  browserTest(
    `Pictures and files are attached, shown and looked at, at ${where}`,
    async (server, visitors) => {
      const ada = await (await visitors.come({ viewport })).enter(
        server.url,
        "Ada",
      );
      const grace = await (await visitors.come({ viewport })).enter(
        server.url,
        "Grace",
      );
      await choose(
        ada,
        await picture("wide.png", 1200, 600),
        await picture("tall.png", 20, 900),
        text("notes.txt"),
      );
      await chips(ada).filter({ hasText: "Uploaded" }).nth(2).waitFor();
      await isSound(ada);
      await ada.says("Look at this");
      await ada.sees("Look at this");
      assertEquals(await chips(ada).count(), 0);
      await grace.sees("Look at this");

      const { page } = grace;
      const wide = page.getByRole("link", { name: "Show wide.png large" });
      const image = wide.getByRole("img", { name: "wide.png" });
      await page.waitForFunction(() =>
        [...document.querySelectorAll<HTMLImageElement>(".file-picture img")]
          .every((one) => one.complete && one.naturalWidth > 0)
      );
      const box = (await image.boundingBox())!;
      assert(Math.abs(box.width / box.height - 2) < 0.05, JSON.stringify(box));
      // A strip is no higher than other pictures.
      const tall = page.getByRole("img", { name: "tall.png" });
      assertEquals((await tall.boundingBox())?.height, 300);
      await isSound(grace);
      // The server's sandbox lets it make them.
      const type = await image.evaluate(async (one) => {
        const { currentSrc } = one as HTMLImageElement;
        return (await fetch(currentSrc)).headers.get("content-type");
      });
      assertEquals(type, "image/webp");

      await wide.click();
      const large = page.getByRole("dialog", { name: "Pictures" });
      await large.getByRole("img", { name: "wide.png" }).waitFor();
      await page.keyboard.press("ArrowRight");
      await large.getByRole("img", { name: "tall.png" }).waitFor();
      await large.getByText("2 of 2").waitFor();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowLeft");
      await large.getByRole("img", { name: "wide.png" }).waitFor();
      await page.keyboard.press("Escape");
      await large.waitFor({ state: "detached" });
      assertEquals(
        await page.evaluate(() => document.activeElement?.ariaLabel),
        "Show wide.png large",
      );
      const downloading = page.waitForEvent("download");
      await page.getByRole("link", { name: /Download notes.txt 2\d bytes/ })
        .click();
      const download = await downloading;
      assertEquals(download.suggestedFilename(), "notes.txt");
      await isSound(grace);
    },
  );
}

browserTest(
  "A picture takes its room before it loads",
  async (server, visitors) => {
    const ada = await (await visitors.come()).enter(server.url, "Ada");
    const grace = await visitors.come();
    await grace.page.route("**/files/**", (route) => route.abort());
    await grace.enter(server.url, "Grace");
    await choose(ada, await picture("wide.png", 1200, 600));
    await ada.says("Reserved");
    await grace.sees("Reserved");
    const box = await grace.page.locator(".file-picture img").boundingBox();
    assertEquals([box!.width, box!.height], [400, 200]);
  },
);

browserTest(
  "Files are pasted, and dropped onto the conversation",
  async (server, visitors) => {
    const ada = await (await visitors.come()).enter(server.url, "Ada");
    const { page } = ada;
    await hand(page, ".composer textarea", ["paste"], {
      name: "pasted.txt",
      text: "pasted",
    });
    await chips(ada).filter({ hasText: "pasted.txt" }).waitFor();
    const zone = page.getByText("Drop files to attach them");
    assert(!await zone.isVisible());
    const dropped = { name: "dropped.txt", text: "dropped" };
    await hand(page, ".talk", ["dragenter", "dragover"], dropped);
    await zone.waitFor();
    await hand(page, ".talk", ["dragleave"], dropped);
    await zone.waitFor({ state: "hidden" });
    await hand(page, ".talk", ["dragenter", "drop"], dropped);
    await zone.waitFor({ state: "hidden" });
    await chips(ada).filter({ hasText: "dropped.txt" }).waitFor();
    await page.getByRole("button", { name: "Remove pasted.txt" }).click();
    assertEquals(await chips(ada).count(), 1);
    // Without any text.
    await ada.composer.press("Enter");
    await page.getByRole("link", { name: /^Download dropped.txt/ }).waitFor();
    await isSound(ada);
  },
);

browserTest(
  "A message waits for its files as a row, and survives a reload with them [C1]",
  async (server, visitors) => {
    const ada = await (await visitors.come()).enter(server.url, "Ada");
    const { page } = ada;
    const uploads = await holdUploads(ada);
    await choose(ada, text("slow.txt"));
    await until(() => uploads.held.length === 1, "the upload");
    await ada.says("It comes");
    const row = ada.message("It comes");
    await row.getByText("Sent once the files are uploaded").waitFor();
    assertEquals(await row.getAttribute("class"), "message first pending");
    await uploads.letGo();
    await ada.sees("It comes");
    await page.getByRole("link", { name: /^Download slow.txt/ }).waitFor();
    // It can be given up while it waits.
    const late = await holdUploads(ada);
    await choose(ada, text("late.txt"));
    await until(() => late.held.length === 1, "an upload that is given up");
    await ada.says("Not after all");
    const given = ada.message("Not after all");
    await given.getByRole("button", { name: "Delete" }).click();
    await given.waitFor({ state: "detached" });

    // Nobody is asked whether to leave: what was sent is kept.
    page.on("dialog", (dialog) => {
      ada.errors.push(dialog.type());
      void dialog.accept();
    });
    const again = await holdUploads(ada);
    await choose(ada, text("kept.txt"), await picture("kept.png", 40, 30));
    await until(() => again.held.length === 2, "the other uploads");
    await ada.says("Don’t lose me");
    await hasStored(page, 1, "atoll-files");
    await page.reload();
    await ada.seesStatus("Connected");
    const kept = ada.message("Don’t lose me");
    await kept.getByText("kept.txt").waitFor();
    assertEquals(await kept.getAttribute("class"), "message pending");
    assertEquals(await ada.composer.inputValue(), "");
    // The tab closes, and another one opens: after a moment it takes over.
    const next = await page.context().newPage();
    await page.close();
    await next.goto(server.url);
    await next.getByRole("link", { name: /^Download kept.txt/ }).waitFor();
    await next.getByRole("link", { name: "Show kept.png large" }).waitFor();
    const sent = next.getByRole("article").filter({ hasText: "lose me" });
    assertEquals(await sent.count(), 1);
    assertEquals(
      await sent.getByRole("link", { name: /^Download/ }).evaluate((link) =>
        fetch((link as HTMLAnchorElement).href).then((file) => file.text())
      ),
      "The text of kept.txt",
    );
    await hasStored(next, 0, "atoll-files");
    assertEquals(ada.errors, []);
  },
);

browserTest(
  "Where the browser has no room for files it says so, and the text survives",
  async (server, visitors) => {
    const ada = await visitors.come();
    const { page } = ada;
    await page.addInitScript(() => {
      const add = IDBObjectStore.prototype.add;
      IDBObjectStore.prototype.add = function (value, key) {
        if (value.row?.attached) {
          throw new DOMException("No room", "QuotaExceededError");
        }
        return add.call(this, value, key);
      };
    });
    await ada.enter(server.url, "Ada");
    const uploads = await holdUploads(ada);
    await choose(ada, text("lost.txt"));
    await until(() => uploads.held.length === 1, "the upload");
    // What is chosen and not sent would be lost, too.
    await ada.composer.click();
    const stays = page.waitForEvent("dialog").then(async (dialog) => {
      await dialog.dismiss();
      return dialog.type();
    });
    await page.close({ runBeforeUnload: true });
    assertEquals(await stays, "beforeunload");
    await ada.says("The text stays");
    await ada.message("The text stays")
      .getByText("This browser has no room to keep the files").waitFor();
    const asked: string[] = [];
    page.on("dialog", (dialog) => {
      asked.push(dialog.type());
      void dialog.accept();
    });
    await page.reload();
    await ada.seesStatus("Connected");
    assertEquals(asked, ["beforeunload"]);
    assertEquals(await ada.composer.inputValue(), "The text stays");
    // Texts without files are kept as ever.
    assertEquals(
      await page.getByText("This browser keeps nothing").count(),
      0,
    );
  },
);

browserTest(
  "An upload that failed for the lack of a server goes on by itself once it is back [C1]",
  async (server, visitors) => {
    const ada = await (await visitors.come()).enter(server.url, "Ada");
    const { page } = ada;
    await page.route("**/api/uploads?*", (route) => route.abort());
    await choose(ada, text("again.txt"));
    await ada.says("By itself");
    await ada.message("By itself")
      .getByText("Not uploaded: There is no connection").waitFor();
    await server.kill();
    await ada.seesStatus("Reconnecting");
    await server.restart();
    await page.unroute("**/api/uploads?*");
    await ada.sees("By itself");
    await page.getByRole("link", { name: /^Download again.txt/ }).waitFor();
  },
);

browserTest(
  "An upload is cancelled, tried again, and refused when it is too big",
  async (server, visitors) => {
    const ada = await (await visitors.come()).enter(server.url, "Ada");
    const { page } = ada;
    const uploads = await holdUploads(ada);
    await choose(ada, text("cancelled.txt"));
    await until(() => uploads.held.length === 1, "the upload");
    const gone = page.waitForEvent("requestfailed");
    await page.getByRole("button", { name: "Remove cancelled.txt" }).click();
    await gone;
    assertEquals(await chips(ada).count(), 0);
    assert(
      await ada.composer.evaluate((box) => box === document.activeElement),
    );

    await page.unroute("**/api/uploads?*");
    await page.route("**/api/uploads?*", (route) => route.abort(), {
      times: 1,
    });
    await choose(ada, text("retried.txt"));
    await chips(ada).getByText(/Not uploaded: There is no connection/)
      .waitFor();
    await page.getByRole("button", { name: "Try retried.txt again" }).click();
    await chips(ada).filter({ hasText: "Uploaded" }).waitFor();

    const big = { name: "big.bin", text: "", size: 25 * 1024 ** 2 + 1 };
    await hand(page, ".composer textarea", ["paste"], big);
    const chip = chips(ada).filter({ hasText: "big.bin" });
    await chip.getByText("Bigger than 25 MB").waitFor();
    assertEquals(await chip.getByRole("button").count(), 1);
    // It holds the message back, and nothing of that is lost.
    await ada.composer.fill("With a file");
    await ada.composer.press("Enter");
    const note = page.getByText("The file is too big. Choose a smaller one.");
    await note.waitFor();
    assertEquals(await ada.composer.inputValue(), "With a file");
    await page.getByRole("button", { name: "Remove big.bin" }).click();
    await note.waitFor({ state: "detached" });
    await ada.composer.press("Enter");
    await ada.sees("With a file");

    const eleven = Array.from({ length: 11 }, (_, i) => text(`${i}.txt`));
    await choose(ada, ...eleven);
    await page.getByText("A message can have 10 files").waitFor();
    assertEquals(await chips(ada).count(), 10);
    await isSound(ada);
  },
);

for (const colorScheme of ["light", "dark"] as const) {
  browserTest(
    `axe finds nothing where files are, ${colorScheme}`,
    async (server, visitors) => {
      const options = { colorScheme, viewport: PHONE, bypassCSP: true };
      const ada = await (await visitors.come(options)).enter(server.url, "Ada");
      const { page } = ada;
      await choose(ada, await picture("a.png", 800, 800), text("b.txt"));
      await chips(ada).filter({ hasText: "Uploaded" }).nth(1).waitFor();
      await ada.composer.press("Enter");
      await page.getByRole("link", { name: /^Download b.txt/ }).waitFor();
      await page.route("**/api/uploads?*", (route) => route.abort());
      await choose(ada, text("failed.txt"));
      await chips(ada).getByText(/Not uploaded/).waitFor();
      await isAccessible(ada, "a message and a chip");
      await page.getByRole("link", { name: "Show a.png large" }).click();
      const dialog = page.getByRole("dialog", { name: "Pictures" });
      await dialog.getByRole("img", { name: "a.png" }).waitFor();
      await isAccessible(ada, "a picture shown large");
      const close = await dialog.getByRole("button", { name: "Close" })
        .boundingBox();
      assert(close !== null && close.x + close.width <= PHONE.width);
    },
  );
}
