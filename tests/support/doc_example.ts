/** The client in a dozen lines of `docs/protocol.md`, to run it as it stands. */

/** Its code, aimed at another server and under another name. */
export async function exampleClient(
  url: string,
  name: string,
): Promise<string> {
  const path = new URL("../../docs/protocol.md", import.meta.url);
  const text = await Deno.readTextFile(path);
  const code = /```js\n([^]+?)```/.exec(text)?.[1];
  if (!code) throw new Error("docs/protocol.md has no example in JavaScript");
  return code.replace("http://localhost:8000", url).replace("Robin", name);
}
