/** The routes that the folder `routes/` makes. */
import { walk } from "./walk.ts";

/** Every route there is, as `GET /rooms/[room]`. */
export async function routes(): Promise<string[]> {
  const root = new URL("../../routes/", import.meta.url);
  const found: string[] = [];
  for await (const path of walk(root)) {
    if (/(^|\/)_/.test(path)) continue;
    const module = await import(new URL(path, root).href);
    const address = `/${path}`.replace(/\.tsx?$/, "").replace(/\/index$/, "") ||
      "/";
    const methods = module.handler ? Object.keys(module.handler) : ["GET"];
    found.push(...methods.map((method) => `${method} ${address}`));
  }
  return found.sort();
}
