/** What a build leaves for the server: routes, islands and static files. */
import type { ComponentType } from "preact";

/** An interactive component and where the browser finds it. */
export interface Island {
  /** Unique name in the page's script. */
  name: string;
  /** What its file exports it as. */
  exportName: string;
  /** Address of its script. */
  file: string;
}

/** A route file; folder rules are loaded, routes load when asked for. */
export interface RouteFile {
  /** Path below `routes/` without its ending. */
  id: string;
  /** The loaded module of a folder rule. */
  // deno-lint-ignore no-explicit-any
  module?: any;
  /** Loads a route. */
  // deno-lint-ignore no-explicit-any
  load?: () => Promise<any>;
}

/** A file to serve. */
export interface StaticFile {
  /** Where it is, or its content. */
  source: string | Uint8Array<ArrayBuffer>;
  /** Its media type. */
  contentType: string;
  /** Hash of its content, where known. */
  hash: string | null;
}

/** What a build leaves for the server. */
export interface Snapshot {
  /** The folder of the project. */
  root: string;
  /** Changes with every build; part of every script's address. */
  buildId: string;
  /** Whether pages reload when the server restarts. */
  development: boolean;
  /** All route files, in order. */
  routes: RouteFile[];
  /** Islands by their component. */
  islands: Map<unknown, Island>;
  /** Finds a file by its path in the address. */
  readFile(pathname: string): Promise<StaticFile | null>;
}

/** Where scripts of a build are served. */
export const scriptPath = (buildId: string): string => `/_fresh/js/${buildId}/`;

/** A snapshot without anything, for apps that were not built. */
export const EMPTY_SNAPSHOT: Snapshot = {
  root: ".",
  buildId: "unbuilt",
  development: false,
  routes: [],
  islands: new Map(),
  readFile: () => Promise.resolve(null),
};

/** Registers every component a module exports as an island. */
export function addIslands(
  islands: Snapshot["islands"],
  module: Record<string, unknown>,
  moduleName: string,
  file: string,
): void {
  const taken = new Set([...islands.values()].map((island) => island.name));
  for (const [exportName, value] of Object.entries(module)) {
    if (typeof value !== "function") continue;
    const base = exportName === "default" ? moduleName : exportName;
    let name = base;
    for (let i = 1; taken.has(name); i++) name = `${base}_${i}`;
    taken.add(name);
    islands.set(value as ComponentType, { name, exportName, file });
  }
}
