/** Takes the README's picture of a running server: `deno task picture`. */
import {
  closeBrowser,
  DESK,
  type Visitor,
  Visitors,
} from "./support/browser.ts";
import { ServerProcess } from "./support/server.ts";

const PICTURE = new URL("../docs/room.png", import.meta.url).pathname;

await using server = await ServerProcess.start();
await using visitors = await Visitors.launch();

async function come(name: string): Promise<Visitor> {
  const visitor = await visitors.come({ viewport: DESK, deviceScaleFactor: 1 });
  return await visitor.enter(server.url, name);
}

async function makeRoom({ page }: Visitor, name: string): Promise<void> {
  await page.getByRole("button", { name: "New room" }).click();
  await page.getByRole("textbox", { name: "Room name" }).fill(name);
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { name }).waitFor();
}

async function goTo({ page }: Visitor, room: string): Promise<void> {
  await page.getByRole("navigation", { name: "Rooms" })
    .getByRole("link", { name: room }).click();
  await page.getByRole("heading", { name: room }).waitFor();
}

const ana = await come("Ana");
const sanna = await come("Sanna");
const omar = await come("Omar");
const lilei = await come("李雷");
for (const room of ["发布-release", "workshop", "boats"]) {
  await makeRoom(ana, room);
}
await goTo(ana, "lobby");
await sanna.page.goto(`${server.url}/rooms/boats`);
await sanna.seesStatus("Connected");
for (
  const text of [
    "The ferry leaves at six",
    "from the north pier",
    "bring a coat",
  ]
) {
  await sanna.says(text);
}
await sanna.sees("bring a coat");
await goTo(sanna, "lobby");

const talk: [Visitor, string][] = [
  [lilei, "明天的部署在下午三点，谁来值班？"],
  [
    sanna,
    "I can. The checklist is at https://docs.example.org/deploy; we forgot `--allow-net` last time, and it took an hour to see why.",
  ],
  [
    sanna,
    "```sh\ndeno task build\ndeno task start   # prints the address\n```",
  ],
  [omar, "Thanks. I'll shadow you, I have never seen the second half."],
  [
    sanna,
    "Could you bring the printer cable? مرحبا to everyone who joins from Alexandria today.",
  ],
  [ana, "Yes, both of them."],
];
for (const [visitor, text] of talk) {
  await visitor.says(text);
  await visitor.page.waitForFunction(() =>
    !document.querySelector("[role=log] article.pending")
  );
}
await ana.page.getByRole("link", { name: /boats/ }).getByLabel("3 unread")
  .waitFor();
await omar.composer.pressSequentially("And");
await ana.page.getByText(/Omar.? is writing/).waitFor();
await ana.page.mouse.move(0, 0);
await ana.page.screenshot({ path: PICTURE });
await closeBrowser();
