/** Stand-in for `fresh/dev`: builds the app, or serves it while it is edited. */
import { createHash } from "node:crypto";
import { basename, extname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { lookup } from "npm:mrmime@2.0.1";
import { App, type ListenOptions, setSnapshot } from "./app.ts";
import { bundle } from "./bundle.ts";
import {
  addIslands,
  type RouteFile,
  scriptPath,
  type Snapshot,
  type StaticFile,
} from "./snapshot.ts";

/** Where things are; relative paths start at `root`. */
export interface BuildOptions {
  /** The folder of the project: the working directory by default. */
  root?: string;
  /** Where the build goes: `_fresh`. */
  outDir?: string;
  /** Files served as they are: `static`. */
  staticDir?: string;
  /** Interactive components: `islands`. */
  islandDir?: string;
  /** Pages and APIs: `routes`. */
  routeDir?: string;
  /** The module that exports `app`: `main.ts`. */
  serverEntry?: string;
  /** The oldest browsers to support, as esbuild names them. */
  target?: string | string[];
}

interface Output {
  islands: { path: string; name: string; file: string }[];
  scripts: Map<string, StaticFile & { source: Uint8Array<ArrayBuffer> }>;
}

/** One for the process, as apps of one process share `asset()`. */
const BUILD_ID = newBuildId();

/** Builds an app from its folders. */
// deno-lint-ignore no-explicit-any
export class Builder<State = any> {
  /** The options with their defaults filled in. */
  config: Required<BuildOptions> & { buildId: string };

  /** A builder for the folders named in the options. */
  constructor(options: BuildOptions = {}) {
    const root = resolve(options.root ?? ".");
    this.config = {
      root,
      outDir: resolve(root, options.outDir ?? "_fresh"),
      staticDir: resolve(root, options.staticDir ?? "static"),
      islandDir: resolve(root, options.islandDir ?? "islands"),
      routeDir: resolve(root, options.routeDir ?? "routes"),
      serverEntry: resolve(root, options.serverEntry ?? "main.ts"),
      target: options.target ?? ["chrome99", "firefox99", "safari15"],
      buildId: BUILD_ID,
    };
  }

  /** Builds to `outDir`, or into memory for tests; the result fills an app. */
  async build(
    options: {
      snapshot?: "disk" | "memory";
      mode?: "development" | "production";
    } = {},
  ): Promise<(app: App<State>) => void> {
    const isDevelopment = options.mode === "development";
    const output = await this.#bundle(isDevelopment);
    if (options.snapshot !== "memory") await this.#write(output);
    const snapshot = await this.#snapshot(output, isDevelopment);
    return (app) => setSnapshot(app, snapshot);
  }

  /** Serves the app while it is edited; restart it when files change. */
  async listen(
    importApp: () => Promise<{ app: App<State> } | App<State>>,
    options: ListenOptions = {},
  ): Promise<void> {
    const [imported, fill] = await Promise.all([
      importApp(),
      this.build({ snapshot: "memory", mode: "development" }),
    ]);
    const app = imported instanceof App ? imported : imported.app;
    fill(app);
    const answer = app.handler();
    const revision = crypto.randomUUID();
    await Deno.serve({ port: 8000, ...options }, (req, info) => {
      if (new URL(req.url).pathname !== "/_frsh/alive") {
        return answer(req, info);
      }
      if (req.headers.get("upgrade") !== "websocket") {
        return new Response(null, { status: 501 });
      }
      const { socket, response } = Deno.upgradeWebSocket(req);
      socket.onopen = () => socket.send(revision);
      return response;
    }).finished;
  }

  async #bundle(development: boolean): Promise<Output> {
    const { root, buildId, target, islandDir } = this.config;
    const entryPoints: Record<string, string> = {
      "fresh-runtime": new URL("client.ts", import.meta.url).pathname,
    };
    const islands: Output["islands"] = [];
    for await (const path of sources(islandDir)) {
      const name = exportName(path);
      entryPoints[name] = path;
      islands.push({ path, name, file: `${scriptPath(buildId)}${name}.js` });
    }
    const files = await bundle({
      root,
      entryPoints,
      buildId,
      development,
      target,
    });
    const scripts = new Map([...files].map(([name, source]) => [
      scriptPath(buildId) + name,
      { source, contentType: contentType(name), hash: hash(source) },
    ]));
    return { islands, scripts };
  }

  async #snapshot(
    { islands, scripts }: Output,
    development: boolean,
  ): Promise<Snapshot> {
    const { root, buildId, staticDir } = this.config;
    const registry = new Map();
    for (const { path, name, file } of islands) {
      addIslands(registry, await import(pathToFileURL(path).href), name, file);
    }
    const routes: RouteFile[] = [];
    for (const { id, url, isRule } of await this.#routes()) {
      routes.push(
        isRule
          ? { id, module: await import(url) }
          : { id, load: () => import(url) },
      );
    }
    const readFile = async (pathname: string): Promise<StaticFile | null> => {
      const script = scripts.get(pathname);
      if (script !== undefined) return script;
      const source = join(staticDir, decodeURIComponent(pathname));
      if (relative(staticDir, source).startsWith("..")) return null;
      const info = await Deno.stat(source).catch(() => null);
      return info?.isFile
        ? { source, contentType: contentType(source), hash: null }
        : null;
    };
    return { root, buildId, development, routes, islands: registry, readFile };
  }

  async #routes(): Promise<
    { id: string; url: string; path: string; isRule: boolean }[]
  > {
    const routes = [];
    for await (const path of sources(this.config.routeDir)) {
      const id = relative(this.config.routeDir, path).slice(
        0,
        -extname(path).length,
      );
      const isRule = basename(path).startsWith("_");
      routes.push({ id, path, url: pathToFileURL(path).href, isRule });
    }
    return routes;
  }

  async #write({ islands, scripts }: Output): Promise<void> {
    const { outDir, root, buildId, staticDir, serverEntry } = this.config;
    await Deno.remove(outDir, { recursive: true }).catch(() => {});
    await Deno.mkdir(join(outDir, "static", scriptPath(buildId)), {
      recursive: true,
    });
    const files: Record<string, StaticFile> = {};
    for (const [pathname, { source, ...file }] of scripts) {
      await Deno.writeFile(join(outDir, "static", pathname), source);
      files[pathname] = { ...file, source: join("static", pathname) };
    }
    for await (const path of walk(staticDir)) {
      const pathname = relative(staticDir, path).split("/").map(
        encodeURIComponent,
      ).join("/");
      const source = relative(outDir, path);
      const content = await Deno.readFile(path);
      files[`/${pathname}`] = {
        source,
        contentType: contentType(path),
        hash: hash(content),
      };
    }
    const from = (path: string) =>
      JSON.stringify(`./${relative(outDir, path)}`);
    const routes = await this.#routes();
    const rules = routes.filter(({ isRule }) => isRule);
    const lines = [
      "// Written by the build: edit the sources instead.",
      `import { serve } from "fresh/internal";`,
      `import { app } from ${from(serverEntry)};`,
      ...islands.map(({ path, name }) =>
        `import * as island_${name} from ${from(path)};`
      ),
      ...rules.map(({ path }, index) =>
        `import * as rule${index} from ${from(path)};`
      ),
      "const routes = [",
      ...rules.map(({ id }, index) =>
        `  { id: ${JSON.stringify(id)}, module: rule${index} },`
      ),
      ...routes.filter(({ isRule }) => !isRule).map(({ id, path }) =>
        `  { id: ${JSON.stringify(id)}, load: () => import(${from(path)}) },`
      ),
      "];",
      "const islands = [",
      ...islands.map(({ name, file }) =>
        `  [island_${name}, ${JSON.stringify(name)}, ${JSON.stringify(file)}],`
      ),
      "];",
      `const files = ${JSON.stringify(files, null, 2)};`,
      `const built = { root: ${
        JSON.stringify(relative(outDir, root))
      }, buildId: "${buildId}", routes, islands, files };`,
      "export default { fetch: serve(app, import.meta.dirname, built) };",
    ];
    await Deno.writeTextFile(
      join(outDir, "server.js"),
      lines.join("\n") + "\n",
    );
  }
}

/** The commit where a deployment or a CI names it, else a new id each time. */
function newBuildId(): string {
  const commit = ["DENO_DEPLOYMENT_ID", "GITHUB_SHA", "CI_COMMIT_SHA"]
    .map((name) => Deno.env.get(name)).find(Boolean);
  return createHash("sha1").update(commit ?? crypto.randomUUID()).digest("hex");
}

const hash = (content: Uint8Array) =>
  createHash("sha256").update(content).digest("hex");

function contentType(path: string): string {
  const type = lookup(path) ?? "text/plain";
  return /^text\/|json$/.test(type) ? `${type}; charset=UTF-8` : type;
}

const exportName = (path: string) =>
  basename(path, extname(path)).replaceAll(/^[^a-z_$]|[^a-z0-9_$]+/gi, "_");

/** Modules below the folder; tests beside them don't count. */
async function* sources(dir: string): AsyncGenerator<string> {
  for await (const path of walk(dir)) {
    if (/\.[jt]sx?$/.test(path) && !/[._]test\.[jt]sx?$/.test(path)) yield path;
  }
}

async function* walk(dir: string): AsyncGenerator<string> {
  const entries = await Array.fromAsync(Deno.readDir(dir)).catch(() => []);
  for (
    const { name, isDirectory } of entries.sort((a, b) =>
      a.name < b.name ? -1 : 1
    )
  ) {
    if (name.startsWith(".") && name !== ".well-known") continue;
    const path = join(dir, name);
    if (isDirectory) yield* walk(path);
    else yield path;
  }
}
