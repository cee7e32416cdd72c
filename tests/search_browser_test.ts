/** Searching in a browser. */
import { assert, assertEquals } from "@std/assert";
import { browserTest, isSound } from "./support/browser.ts";

const PHONE = { viewport: { width: 390, height: 844 } };

browserTest(
  "Somebody finds a message by keyboard, and the focus comes back",
  async (server, visitors) => {
    const ada = await (await visitors.come()).enter(server.url, "Ada");
    await ada.says("Tomorrow 开会 at nine");
    await ada.sees("Tomorrow");
    const { page } = ada;
    await page.keyboard.press("Control+Shift+F");
    const dialog = page.getByRole("dialog", { name: "Search" });
    const field = dialog.getByRole("searchbox", { name: "Search messages" });
    await field.fill("开会");
    const result = dialog.getByRole("link", { name: "开会" });
    await result.waitFor();
    assertEquals(await result.locator("mark").allTextContents(), ["开会"]);
    await dialog.getByRole("status").filter({ hasText: "1 message found" })
      .waitFor();
    await field.press("ArrowDown");
    assert(await result.evaluate((link) => link === document.activeElement));
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert(
      await ada.composer.evaluate((field) => field === document.activeElement),
    );
    await page.keyboard.press("Control+Shift+F");
    await field.fill("tomorr");
    await result.waitFor();
    await field.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/rooms\/lobby\?at=\d+#m-/);
    await ada.seesStatus("Connected");
    await page.getByRole("link", { name: "Search messages" }).last().click();
    const again = dialog.getByRole("button", { name: "tomorr" });
    await again.click();
    await result.waitFor();
    await isSound(ada);
  },
);

browserTest(
  "A phone searches, and says what is wrong",
  async (server, visitors) => {
    const bo = await (await visitors.come(PHONE)).enter(server.url, "Bo");
    const { page } = bo;
    await page.getByRole("link", { name: "Search messages" }).last().click();
    const dialog = page.getByRole("dialog", { name: "Search" });
    const field = dialog.getByRole("searchbox", { name: "Search messages" });
    await field.fill("nothing like it");
    await dialog.getByText("Nothing was found for “nothing like it”.")
      .waitFor();
    await field.fill("from:nobody hello");
    await dialog.getByRole("status")
      .filter({ hasText: "Nobody here is called nobody." }).waitFor();
    const box = (await dialog.boundingBox())!;
    assertEquals([box.x, box.width], [0, 390]);
    await isSound(bo);
    await dialog.getByRole("button", { name: "Close" }).click();
    await dialog.waitFor({ state: "detached" });
  },
);
