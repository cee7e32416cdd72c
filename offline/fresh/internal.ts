/** What a built `_fresh/server.js` needs; see `dev.ts`. */
import { join } from "node:path";
import { type App, setSnapshot } from "./app.ts";
import { addIslands, type RouteFile, type StaticFile } from "./snapshot.ts";

/** What `_fresh/server.js` holds. */
export interface Built {
  /** The project's folder, from the build's. */
  root: string;
  /** The build's id. */
  buildId: string;
  /** All route files. */
  routes: RouteFile[];
  /** Each islands module with its name and its script's address. */
  islands: [module: Record<string, unknown>, name: string, file: string][];
  /** All files by their address; their sources are relative to the build. */
  files: Record<string, StaticFile>;
}

/** The function that answers requests with the built app. */
export function serve(
  // deno-lint-ignore no-explicit-any
  app: App<any>,
  outDir: string,
  { root, buildId, routes, islands: modules, files }: Built,
): ReturnType<App<unknown>["handler"]> {
  const islands = new Map();
  for (const island of modules) addIslands(islands, ...island);
  const byPath = new Map(Object.entries(files));
  setSnapshot(app, {
    root: join(outDir, root),
    buildId,
    development: false,
    routes,
    islands,
    readFile(pathname) {
      const file = byPath.get(pathname);
      if (file === undefined) return Promise.resolve(null);
      const source = join(outDir, file.source as string);
      return Promise.resolve({ ...file, source });
    },
  });
  return app.handler();
}
