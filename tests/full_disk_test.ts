/**
 * A disk that is really full: a small file system in memory, which takes root.
 * Where it can't be mounted, these are skipped; `maxPages` stands in for it in
 * the tests of the log.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { uuidv7 } from "../lib/client/uuid.ts";
import { openAtoll } from "../lib/app.ts";
import { ERRORS, Refusal } from "../lib/errors.ts";
import { Guest, TEST_CONFIG } from "./support/atoll.ts";
import { until } from "./support/until.ts";

const MOUNT = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs"] as const;

/** A file system of 6 MiB, or null where we may not mount one. */
async function mounted(): Promise<string | null> {
  const folder = await Deno.makeTempDir();
  if (await run([...MOUNT, folder])) return folder;
  await Deno.remove(folder);
  return null;
}

async function run([command, ...args]: string[]): Promise<boolean> {
  const process = new Deno.Command(command!, { args, stderr: "null" });
  return await process.output().then(({ success }) => success, () => false);
}

async function unmount(folder: string): Promise<void> {
  await run(["umount", folder]);
  await Deno.remove(folder);
}

const probe = await mounted();
if (probe) await unmount(probe);

/** Takes all the space that is left; gives the file that has it. */
async function fill(folder: string): Promise<string> {
  const path = `${folder}/filler`;
  using file = await Deno.open(path, { write: true, create: true });
  const piece = new Uint8Array(4_096);
  try {
    while (true) await file.write(piece);
  } catch {
    return path;
  }
}

function files(folder: string): string[] {
  return Array.from(Deno.readDirSync(`${folder}/files/incoming`))
    .map(({ name }) => name);
}

const sent = (bytes: Uint8Array<ArrayBuffer>, person: string) => ({
  ...{ person, name: "a.bin", length: bytes.length },
  body: new Blob([bytes]).stream(),
});

Deno.test({
  name:
    "On a full disk messages and files are refused to be sent again, nothing is left half, and all of it works once there is space",
  ignore: probe === null,
  async fn() {
    const data = (await mounted())!;
    const atoll = await openAtoll({ ...TEST_CONFIG, data });
    try {
      const { token, person } = await atoll.accounts.enter("Ana");
      const ana = new Guest(atoll, (await atoll.sessions.find(token))!);
      await ana.ask({ type: "join", room: "lobby" });
      await ana.post("before");
      const file = crypto.getRandomValues(new Uint8Array(65_536));
      await atoll.files.uploads.receive(sent(file, person.id));
      const filler = await fill(data);

      const id = uuidv7();
      const text = "x".repeat(7_000);
      const refused = await ana.post(text, "lobby", id);
      assert(refused.type === "error", JSON.stringify(refused));
      assertEquals([refused.code, refused.retry], ["unavailable", true]);
      const other = new Uint8Array(200_000).map((_, at) => at % 251);
      const error = await atoll.files.uploads.receive(sent(other, person.id))
        .then(() => null, (error) => error);
      assert(error instanceof Refusal && ERRORS[error.code].retry, `${error}`);
      assertEquals(files(data), []);
      assertEquals(
        await atoll.health.problem(),
        "the database can't be written",
      );

      await Deno.remove(filler);
      const stored = await ana.post(text, "lobby", id);
      assert(stored.type === "posted", JSON.stringify(stored));
      assertEquals(stored.seq, 2);
      await until(() => ana.socket.seqs.length === 2, "both messages");
      assertEquals(ana.socket.seqs, [1, 2]);
      const kept = await atoll.files.uploads.receive(sent(other, person.id));
      assertEquals(kept.size, other.length);
      let problem: string | null = "unknown";
      await until(() => {
        void atoll.health.problem().then((now) => problem = now);
        return problem === null;
      }, "health");
    } finally {
      await atoll.close();
      await unmount(data);
    }
  },
});

Deno.test({
  name: "On a full disk the server says why it can't start, and what to do",
  ignore: probe === null,
  async fn() {
    const data = (await mounted())!;
    try {
      const atoll = await openAtoll({ ...TEST_CONFIG, data });
      await atoll.close();
      await fill(data);
      const error = await openAtoll({ ...TEST_CONFIG, data })
        .then(() => null, (error) => error);
      assertStringIncludes(String(error), "free some space on its disk");
    } finally {
      await unmount(data);
    }
  },
});
