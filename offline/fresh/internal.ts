/** What a built `_fresh/server.js` needs. */
import { type App, setSnapshot } from "./app.ts";
import { loadSnapshot, type Manifest } from "./snapshot.ts";

/** The function that answers requests with the built app. */
export async function serve(
  // deno-lint-ignore no-explicit-any
  app: App<any>,
  outDir: string,
  manifest: Manifest,
): Promise<ReturnType<App<unknown>["handler"]>> {
  setSnapshot(app, await loadSnapshot(outDir, manifest));
  return app.handler();
}
