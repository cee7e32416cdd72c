/** Stand-in for `fresh/dev`: builds the app, or serves it while it is edited. */
import { createHash } from "node:crypto";
import { basename, extname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { lookup } from "npm:mrmime@2.0.1";
import { App, type ListenOptions, setSnapshot } from "./app.ts";
import { bundle } from "./bundle.ts";
import {
  loadSnapshot,
  type Manifest,
  scriptPath,
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

/** One for the process, as apps of one process share `asset()`. */
const BUILD_ID = newBuildId();

/** Builds an app from its folders. */
// deno-lint-ignore no-explicit-any
export class Builder<State = any> {
  /** The options with their defaults filled in. */
  config: Required<BuildOptions>;

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
    };
  }

  /** Builds to `outDir`, or in memory only; the result fills an app. */
  async build(
    { snapshot, mode }: {
      snapshot?: "disk" | "memory";
      mode?: "development" | "production";
    } = {},
  ): Promise<(app: App<State>) => void> {
    const manifest = await this.#collect(mode === "development");
    if (snapshot !== "memory") await this.#write(manifest);
    const loaded = await loadSnapshot(this.config.outDir, manifest);
    return (app) => setSnapshot(app, loaded);
  }

  /** Serves the app while it is edited; restart it when files change. */
  async listen(
    importApp: () => Promise<{ app: App<State> } | App<State>>,
    options: ListenOptions = {},
  ): Promise<void> {
    const imported = await importApp();
    const app = imported instanceof App ? imported : imported.app;
    (await this.build({ snapshot: "memory", mode: "development" }))(app);
    const answer = app.handler();
    const revision = crypto.randomUUID();
    await Deno.serve({ port: 8000, ...options }, (req, info) => {
      const { pathname } = new URL(req.url);
      if (pathname !== "/_frsh/alive") return answer(req, info);
      const { socket, response } = Deno.upgradeWebSocket(req);
      socket.onopen = () => socket.send(revision);
      return response;
    }).finished;
  }

  async #collect(development: boolean): Promise<Manifest> {
    const { root, outDir, target, islandDir, routeDir } = this.config;
    const modules = await Array.fromAsync(sources(islandDir));
    const islands = modules.map((path) => {
      const name = exportName(path);
      const file = `${scriptPath(BUILD_ID)}${name}.js`;
      return { path: relative(outDir, path), name, file };
    });
    const routes = (await Array.fromAsync(sources(routeDir))).map((path) => {
      const id = relative(routeDir, path).slice(0, -extname(path).length);
      return { id, path: relative(outDir, path) };
    });
    const scripts = await bundle({
      root,
      entryPoints: {
        "fresh-runtime": fileURLToPath(import.meta.resolve("./client.ts")),
        ...Object.fromEntries(modules.map((path) => [exportName(path), path])),
      },
      buildId: BUILD_ID,
      development,
      target,
    });
    const files = await this.#staticFiles();
    for (const [name, source] of scripts) {
      files[scriptPath(BUILD_ID) + name] = describe(name, source, source);
    }
    const buildId = BUILD_ID;
    const path = relative(outDir, root);
    return { root: path, buildId, development, routes, islands, files };
  }

  async #staticFiles(): Promise<Record<string, StaticFile>> {
    const { outDir, staticDir } = this.config;
    const files: Record<string, StaticFile> = {};
    for await (const path of walk(staticDir)) {
      const parts = relative(staticDir, path).split("/");
      const pathname = `/${parts.map(encodeURIComponent).join("/")}`;
      const content = await Deno.readFile(path);
      files[pathname] = describe(path, relative(outDir, path), content);
    }
    return files;
  }

  /** Writes the scripts, the manifest and the server that uses them. */
  async #write(manifest: Manifest): Promise<void> {
    const { outDir, serverEntry } = this.config;
    const files: Manifest["files"] = {};
    await Deno.remove(join(outDir, "static"), { recursive: true })
      .catch(() => {});
    const scripts = join("static", scriptPath(manifest.buildId));
    await Deno.mkdir(join(outDir, scripts), { recursive: true });
    for (const [pathname, file] of Object.entries(manifest.files)) {
      files[pathname] = file;
      if (typeof file.source === "string") continue;
      const source = join(scripts, basename(pathname));
      await Deno.writeFile(join(outDir, source), file.source);
      files[pathname] = { ...file, source };
    }
    const entry = JSON.stringify(`./${relative(outDir, serverEntry)}`);
    const server = `// Written by the build: edit the sources instead.
import { serve } from "fresh/internal";
import { app } from ${entry};

const manifest = ${JSON.stringify({ ...manifest, files }, null, 2)};
export default { fetch: await serve(app, import.meta.dirname, manifest) };
`;
    await Deno.writeTextFile(join(outDir, "server.js"), server);
  }
}

/** The commit where a deployment or a CI names it, else a new id each time. */
function newBuildId(): string {
  const commit = ["DENO_DEPLOYMENT_ID", "GITHUB_SHA", "CI_COMMIT_SHA"]
    .map((name) => Deno.env.get(name)).find(Boolean);
  return createHash("sha1").update(commit ?? crypto.randomUUID()).digest("hex");
}

function describe(
  name: string,
  source: StaticFile["source"],
  content: Uint8Array,
): StaticFile {
  const type = lookup(name) ?? "text/plain";
  const charset = /^text\/|json$/.test(type) ? "; charset=UTF-8" : "";
  const hash = createHash("sha256").update(content).digest("hex");
  return { source, contentType: type + charset, hash };
}

const exportName = (path: string) =>
  basename(path, extname(path)).replaceAll(/^[^a-z_$]|[^a-z0-9_$]+/gi, "_");

/** Modules below the folder; tests beside them don't count. */
async function* sources(dir: string): AsyncGenerator<string> {
  for await (const path of walk(dir)) {
    if (/\.[jt]sx?$/.test(path) && !/[._]test\.\w+$/.test(path)) yield path;
  }
}

async function* walk(dir: string): AsyncGenerator<string> {
  const entries = await Array.fromAsync(Deno.readDir(dir)).catch(() => []);
  entries.sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isDirectory } of entries) {
    if (name.startsWith(".") && name !== ".well-known") continue;
    if (isDirectory) yield* walk(join(dir, name));
    else yield join(dir, name);
  }
}
