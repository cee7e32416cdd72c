/** Builds the pages, or serves them while they are edited. */
import { Builder } from "fresh/dev";
import { readConfig } from "./lib/config.ts";

const builder = new Builder();
if (Deno.args.includes("build")) {
  await builder.build();
} else {
  const { port, host: hostname } = readConfig(Deno.env);
  await builder.listen(() => import("./main.ts"), { port, hostname });
}
