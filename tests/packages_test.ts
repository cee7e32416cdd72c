import { assert, assertEquals } from "@std/assert";
import { build, builtWith } from "../tasks/build.ts";
import { choosePackages, ROOT } from "../tasks/packages.ts";
import { walk } from "./support/walk.ts";

const config = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
const map = JSON.parse(
  await Deno.readTextFile(`${ROOT}offline/import_map.json`),
);

/** What only tests use: a start downloads none of it. */
const ofTests: Record<string, string> = config.scopes["./tests/"];

Deno.test("the stand-ins' import map names the same packages as deno.json", () => {
  const fromNpm = (imports: Record<string, string>) =>
    Object.entries(imports).filter(([name, target]) =>
      target.startsWith("npm:") && !name.endsWith("/")
    ).sort();
  const all = { ...config.imports, ...ofTests };
  assertEquals(fromNpm(map.imports), fromNpm(all));
});

Deno.test("only tests import the packages that deno.json has for them", async () => {
  const folders = ["bench", "components", "islands", "lib", "routes", "tasks"];
  let files = 0;
  for (const folder of folders) {
    const url = new URL(`${folder}/`, `file://${ROOT}`);
    for await (const path of walk(url)) {
      if (!/\.tsx?$/.test(path)) continue;
      files++;
      const text = await Deno.readTextFile(new URL(path, url));
      for (const [, name] of text.matchAll(/(?:from |import\()"([^"]+)"/g)) {
        const isOfTests = Object.keys(ofTests)
          .some((one) => name === one || name!.startsWith(`${one}/`));
        assert(!isOfTests, `${folder}/${path} imports ${name}`);
      }
    }
  }
  assert(files > 300, `${files} files`);
});

Deno.test("the stand-ins cover what deno.json takes from JSR", () => {
  for (const [name, target] of Object.entries<string>(config.imports)) {
    if (target.startsWith("jsr:")) assert(map.imports[name]?.startsWith("./"));
  }
});

/** What `choosePackages` says and gives, with nothing downloaded and a registry that stays silent. */
async function chosen(known = ""): Promise<string> {
  const silent = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const cache = await Deno.makeTempDir();
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-config",
      `import { choosePackages } from "${ROOT}tasks/packages.ts";
       console.log(await choosePackages(${known}));`,
    ],
    env: {
      ...Deno.env.toObject(),
      ATOLL_PACKAGES: "",
      DENO_DIR: cache,
      JSR_URL: `http://127.0.0.1:${silent.addr.port}/`,
    },
    clearEnv: true,
  }).output();
  silent.close();
  await Deno.remove(cache, { recursive: true });
  return new TextDecoder().decode(stdout);
}

Deno.test("choosing packages waits for no registry that stays silent", async () => {
  assertEquals(
    await chosen(),
    "Packages: JSR can't be reached, so offline/ stands in.\noffline\n",
  );
});

Deno.test("what the pages were built with is kept while JSR can't be reached", async () => {
  assertEquals(
    await chosen('{ built: "jsr" }'),
    "Packages: Fresh and std from JSR, as the pages were built.\njsr\n",
  );
  const packages = await choosePackages();
  assertEquals(await build(packages), 0);
  assertEquals(await builtWith(), packages);
});
