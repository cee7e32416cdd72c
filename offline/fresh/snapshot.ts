/** What a build leaves for the server: routes, islands and static files. */
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** A file to serve: where it is or what it holds, its media type and hash. */
export interface StaticFile {
  source: string | Uint8Array<ArrayBuffer>;
  contentType: string;
  hash: string;
}

/** What a build found; paths are relative to the build's folder. */
export interface Manifest {
  /** The folder of the project. */
  root: string;
  /** Changes with every build; part of every script's address. */
  buildId: string;
  /** Whether pages reload when the server restarts. */
  development: boolean;
  /** Route files; ids are paths below `routes/` without their ending. */
  routes: { id: string; path: string }[];
  /** Modules of islands, and the address of their scripts. */
  islands: { name: string; path: string; file: string }[];
  /** Files by their path in the address. */
  files: Record<string, StaticFile>;
}

/** An interactive component: its unique name, its export and its script. */
export interface Island {
  name: string;
  exportName: string;
  file: string;
}

/** A route file: folder rules are loaded, routes load when asked for. */
export interface RouteFile {
  id: string;
  // deno-lint-ignore no-explicit-any
  module?: any;
  // deno-lint-ignore no-explicit-any
  load: () => Promise<any>;
}

/** A manifest whose modules are at hand. */
export interface Snapshot {
  root: string;
  buildId: string;
  development: boolean;
  routes: RouteFile[];
  islands: Map<unknown, Island>;
  files: Map<string, StaticFile>;
}

/** Where scripts of a build are served. */
export const scriptPath = (buildId: string): string => `/_fresh/js/${buildId}/`;

/** Loads the folder rules and islands a manifest names. */
export async function loadSnapshot(
  outDir: string,
  { root, buildId, development, ...found }: Manifest,
): Promise<Snapshot> {
  const load = (path: string) =>
    import(pathToFileURL(resolve(outDir, path)).href);
  const islands = new Map<unknown, Island>();
  for (const { path, name, file } of found.islands) {
    addIslands(islands, await load(path), name, file);
  }
  const routes: RouteFile[] = [];
  for (const { id, path } of found.routes) {
    const route = { id, load: () => load(path) };
    const isRule = basename(id).startsWith("_");
    routes.push(isRule ? { ...route, module: await load(path) } : route);
  }
  const files = new Map(
    Object.entries(found.files).map(([pathname, { source, ...file }]) => {
      const where = typeof source === "string"
        ? resolve(outDir, source)
        : source;
      return [pathname, { ...file, source: where }];
    }),
  );
  root = resolve(outDir, root);
  return { root, buildId, development, routes, islands, files };
}

/** Registers every component the module exports. */
function addIslands(
  islands: Snapshot["islands"],
  module: Record<string, unknown>,
  moduleName: string,
  file: string,
): void {
  const taken = new Set([...islands.values()].map(({ name }) => name));
  for (const [exportName, value] of Object.entries(module)) {
    if (typeof value !== "function") continue;
    const wanted = exportName === "default" ? moduleName : exportName;
    let name = wanted;
    for (let i = 1; taken.has(name); i++) name = `${wanted}_${i}`;
    taken.add(name);
    islands.set(value, { name, exportName, file });
  }
}
