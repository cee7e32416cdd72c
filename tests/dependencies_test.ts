/** Which module may depend on which; `AGENTS.md` says the same in words. */
import { assert, assertEquals } from "@std/assert";
import { dirname, join, relative } from "node:path";
import { ROOT } from "../tasks/packages.ts";

interface Module {
  /** Own modules needed at run time. */
  imports: string[];
  /** Own modules of which only types are used. */
  types: string[];
  /** Packages needed at run time. */
  packages: string[];
}

const PRODUCT = ["main.ts", "dev.ts", "routes", "islands", "components", "lib"];
const STATEMENT =
  /^(?:import|export)\s+(?<type>type\s)?(?<names>[^"';]*?)(?:\bfrom\s*)?"(?<target>[^"]+)"/gm;

const modules = new Map<string, Module>();
for (const path of PRODUCT) await readAll(join(ROOT, path));

async function readAll(path: string): Promise<void> {
  if ((await Deno.stat(path)).isDirectory) {
    for await (const { name } of Deno.readDir(path)) {
      await readAll(join(path, name));
    }
  } else if (/\.tsx?$/.test(path)) {
    modules.set(
      relative(ROOT, path),
      parse(path, await Deno.readTextFile(path)),
    );
  }
}

function parse(path: string, text: string): Module {
  const module: Module = { imports: [], types: [], packages: [] };
  for (const { groups } of text.matchAll(STATEMENT)) {
    const { type, names, target } = groups!;
    const own = target!.startsWith(".");
    const resolved = own
      ? relative(ROOT, join(dirname(path), target!))
      : target!;
    if (type || onlyTypes(names!)) module.types.push(resolved);
    else (own ? module.imports : module.packages).push(resolved);
  }
  for (const [, target] of text.matchAll(/new URL\("(\.[^"]+\.ts)"/g)) {
    module.imports.push(relative(ROOT, join(dirname(path), target!)));
  }
  return module;
}

/** Whether each name in braces is marked as a type. */
function onlyTypes(names: string): boolean {
  const inner = /^\{([^]*)\}\s*$/.exec(names)?.[1];
  return inner !== undefined &&
    inner.split(",").map((name) => name.trim()).filter((name) => name)
      .every((name) => name.startsWith("type "));
}

/** Everything that is loaded when these modules are. */
function reachable(from: string[]): Set<string> {
  const found = new Set<string>();
  const visit = (path: string) => {
    if (found.has(path)) return;
    found.add(path);
    for (const next of modules.get(path)?.imports ?? []) visit(next);
  };
  from.forEach(visit);
  return found;
}

const below = (folder: string) =>
  [...modules.keys()].filter((path) => path.startsWith(`${folder}/`));

Deno.test("Pages load from lib only the protocol, the words and the client", () => {
  const loaded = reachable(below("islands"));
  assert(loaded.has("lib/client/chat_client.ts"));
  const foreign = [...loaded].filter((path) =>
    path.startsWith("lib/") && !path.startsWith("lib/client/") &&
    !["lib/protocol.ts", "lib/translate.ts"].includes(path)
  );
  assertEquals(foreign, []);
});

Deno.test("lib and components never import routes; lib imports no components", () => {
  for (const path of [...below("lib"), ...below("components")]) {
    const { imports, types } = modules.get(path)!;
    const wrong = [...imports, ...types].filter((target) =>
      target.startsWith("routes/") || target.startsWith("islands/") ||
      path.startsWith("lib/") && target.startsWith("components/")
    );
    assertEquals(wrong, [], path);
  }
});

Deno.test("The client needs nothing but the protocol", () => {
  for (const path of reachable(below("lib/client"))) {
    const isOwn = path.startsWith("lib/client/") || path === "lib/protocol.ts";
    assert(isOwn, path);
  }
});

Deno.test("The hub knows no database, no Fresh and no accounts", () => {
  const loaded = reachable(["lib/chat_hub.ts"]);
  for (const path of loaded) {
    assert(
      !/^lib\/(db\/|app|accounts|sessions|rooms|messages)/.test(path),
      path,
    );
    const { packages } = modules.get(path)!;
    assertEquals(packages.filter((name) => /^(fresh|kysely)/.test(name)), []);
  }
});

Deno.test("No modules import each other in a circle", () => {
  const done = new Set<string>();
  const visit = (path: string, trail: string[]) => {
    const start = trail.indexOf(path);
    assert(start < 0, [...trail.slice(start), path].join(" → "));
    if (done.has(path)) return;
    for (const next of modules.get(path)?.imports ?? []) {
      visit(next, [...trail, path]);
    }
    done.add(path);
  };
  for (const path of modules.keys()) visit(path, []);
});

Deno.test("Only documented entries of Fresh are used, and nothing knows the stand-ins", async () => {
  for (const [path, { packages, types }] of modules) {
    for (const name of [...packages, ...types]) {
      if (!name.startsWith("fresh")) continue;
      assert(
        ["fresh", "fresh/runtime", "fresh/dev"].includes(name),
        `${path} ${name}`,
      );
    }
    const text = await Deno.readTextFile(join(ROOT, path));
    assert(!text.includes("offline/"), path);
  }
});

Deno.test("Only main.ts reads settings from the environment", async () => {
  for (const path of modules.keys()) {
    const text = await Deno.readTextFile(join(ROOT, path));
    // What a build puts in place of `NODE_ENV` is no setting.
    if (/Deno\.env|process\.env(?!\.NODE_ENV\b)/.test(text)) {
      assert(["main.ts", "dev.ts"].includes(path), path);
    }
  }
});
