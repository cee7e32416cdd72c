/** What the documents say must be what the code does. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { SETTINGS } from "../lib/config.ts";
import { ERRORS } from "../lib/errors.ts";
import { clientFrameSchemas } from "../lib/client_frames.ts";
import { CLOSE } from "../lib/protocol.ts";

const read = (path: string) =>
  Deno.readTextFile(new URL(`../${path}`, import.meta.url));

/** The cells of all table rows, by their first cell without backticks. */
function rows(markdown: string): Map<string, string[]> {
  const lines = markdown.split("\n").filter((line) => line.startsWith("|"));
  return new Map(lines.map((line) => {
    const cells = line.split("|").slice(1, -1).map((cell) => cell.trim());
    return [cells[0]!.replaceAll("`", ""), cells];
  }));
}

Deno.test("docs/protocol.md names every frame, close code and error", async () => {
  const text = await read("docs/protocol.md");
  const table = rows(text);
  const names = [...table.keys()].map((name) => name.split(" ")[0]!);
  for (const type of Object.keys(clientFrameSchemas)) {
    assert(names.includes(type), `frame ${type}`);
  }
  for (const code of Object.values(CLOSE)) {
    assert(table.has(String(code)), `close code ${code}`);
  }
  for (const [code, { status, retry, message }] of Object.entries(ERRORS)) {
    const said = table.get(code)?.slice(1);
    assertEquals(said, [String(status), retry ? "yes" : "no", message], code);
  }
});

Deno.test("README.md lists every setting with its default and meaning", async () => {
  const table = rows(await read("README.md"));
  for (const { name, fallback, meaning } of SETTINGS) {
    const shown = fallback === "" ? "" : `\`${fallback}\``;
    assertEquals(table.get(name)?.slice(1), [shown, meaning], name);
  }
});

Deno.test("The documents name no setting that there isn't", async () => {
  const known = new Set(SETTINGS.map(({ name }) => name));
  for (const path of ["docs/deploy.md", "docs/security.md"]) {
    const text = await read(path);
    for (const [name] of text.matchAll(/\b(ATOLL|AWS)_[A-Z_]*[A-Z]\b/g)) {
      assert(known.has(name), `${path}: ${name}`);
    }
  }
});

Deno.test("The project's own words carry no path of a machine", async () => {
  for (const path of ["README.md", "AGENTS.md", "docs/protocol.md"]) {
    const text = await read(path);
    assert(!/\/(root|home|work)\//.test(text), path);
    assertStringIncludes(text, "# ");
  }
});
