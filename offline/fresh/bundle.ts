/** Bundles islands for the browser with esbuild. */
import * as esbuild from "npm:esbuild@0.28.2";

/** What to bundle and how. */
export interface BundleOptions {
  /** The folder of the project. */
  root: string;
  /** Source files by the name of their bundle. */
  entryPoints: Record<string, string>;
  /** The build's id, which `asset()` puts into addresses. */
  buildId: string;
  /** Readable code that reloads the page when the server restarts. */
  development: boolean;
  /** The oldest browsers to support. */
  target: string | string[];
}

/**
 * Resolves names of the import map that stand for files. Packages are left to
 * esbuild, which finds their builds for browsers in `node_modules`.
 */
function importMapPlugin(root: string): esbuild.Plugin {
  return {
    name: "import-map",
    setup(build) {
      build.onResolve({ filter: /^npm:/ }, ({ path, kind }) => {
        const name = path.replace(/^npm:/, "").replace(/(?<=.)@[^/]+/, "");
        return build.resolve(name, { kind, resolveDir: root });
      });
      build.onResolve({ filter: /^[^./]/ }, ({ path, importer }) => {
        if (importer === "" || importer.includes("/node_modules/")) return null;
        const { protocol, pathname } = new URL(import.meta.resolve(path));
        const isFile = protocol === "file:" &&
          !pathname.includes("/node_modules/");
        return isFile ? { path: decodeURIComponent(pathname) } : null;
      });
    },
  };
}

/** The bundles and the chunks they share, by file name. */
export async function bundle(
  { root, entryPoints, buildId, development, target }: BundleOptions,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const { outputFiles } = await esbuild.build({
    entryPoints,
    absWorkingDir: root,
    outdir: root,
    write: false,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target,
    minify: !development,
    sourcemap: development ? "inline" : false,
    jsx: "automatic",
    jsxImportSource: "preact",
    define: {
      FRESH_BUILD_ID: JSON.stringify(buildId),
      FRESH_DEVELOPMENT: String(development),
      "process.env.NODE_ENV": JSON.stringify(
        development ? "development" : "production",
      ),
    },
    logLevel: "error",
    plugins: [importMapPlugin(root)],
  }).finally(() => esbuild.stop());
  return new Map(outputFiles.map((file) => [
    file.path.slice(root.length + 1),
    new Uint8Array(file.contents),
  ]));
}
