/** What `deno task backup` and `deno task restore` run, with the packages chosen. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { backUp, restore } from "../lib/backup.ts";
import { ROOT } from "./packages.ts";

const HELP =
  "Use: deno task backup [folder], deno task restore folder [--force]";

/** Settings by which the database is another one. */
const POSTGRES = ["ATOLL_DATABASE_URL", "DATABASE_URL", "PGHOST"];

/** Runs one of the two and returns what to say. */
async function run(args: string[]): Promise<string> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { force: { type: "boolean", default: false } },
  });
  const [command, folder, ...more] = positionals;
  const data = resolve(ROOT, Deno.env.get("ATOLL_DATA")?.trim() || "data");
  if (more.length > 0) throw new Error(HELP);
  if (POSTGRES.some((name) => Deno.env.get(name)?.trim())) {
    throw new Error("The database is PostgreSQL: use pg_dump and pg_restore");
  }
  if (command === "backup" && !values.force) {
    const to = resolve(folder ?? defaultFolder());
    const { files, missing } = await backUp(data, to);
    return `Copied the database and ${files} files to ${to}${told(missing)}`;
  }
  if (command !== "restore" || folder === undefined) throw new Error(HELP);
  const { files, missing, aside } = await restore(resolve(folder), data, {
    force: values.force,
  });
  const before = aside === null ? "" : `; what was there is in ${aside}`;
  return `Restored the database and ${files} files to ${data}${
    told(missing)
  }${before}`;
}

function defaultFolder(): string {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  return resolve(ROOT, "backups", time);
}

/** In a bucket, or deleted while the copy was made. */
function told(missing: number): string {
  return missing === 0 ? "" : ` (${missing} files are not in the folder)`;
}

try {
  console.log(await run(Deno.args));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
