/** What Deno Deploy gives is enough: its Deno, PostgreSQL, and no disk. */
import { assert, assertEquals } from "@std/assert";
import { uuidv7 } from "../lib/client/uuid.ts";
import { build } from "../tasks/build.ts";
import { choosePackages } from "../tasks/packages.ts";
import { Caller } from "./support/caller.ts";
import {
  CAN_SEAL,
  DEPLOY_DENO,
  DeployServer,
} from "./support/deploy_server.ts";
import { POSTGRES_URL, PostgresStore } from "./support/postgres_store.ts";
import { until } from "./support/until.ts";

Deno.test({
  name:
    "Two servers as on Deno Deploy share rooms, and stop within what it gives",
  ignore: DEPLOY_DENO === undefined || POSTGRES_URL === undefined,
  fn: async () => {
    assertEquals(await build(await choosePackages()), 0);
    const store = new PostgresStore();
    await store.create();
    const database = `${POSTGRES_URL}/${store.name}`;
    const a = await DeployServer.start(database);
    // What is allowed there we don't know: either way it must do.
    const bars = CAN_SEAL ? "file system" : "permissions";
    const b = await DeployServer.start(database, bars);
    try {
      for (const { url } of [a, b]) {
        const page = await fetch(`${url}/`);
        assertEquals(page.status, 200);
        assert((await page.text()).includes("<html"));
      }
      const ana = await Caller.enter(a.url, a.url, "Ana");
      const omar = await Caller.enter(a.url, b.url, "Omar");
      for (const { url } of [a, b]) {
        const sent = await fetch(`${url}/api/uploads?name=a.txt`, {
          method: "POST",
          headers: { authorization: `Bearer ${ana.token}` },
          body: "There is no disk and no bucket",
        });
        const { error } = await sent.json();
        assertEquals([sent.status, error.code], [503, "unavailable"]);
      }
      await omar.ask({ type: "join", room: "lobby" });
      for (const body of ["One", "Two"]) {
        ana.send({ type: "post", room: "lobby", id: uuidv7(), body });
      }
      await until(() => omar.bodies.length === 2, "both messages");
      assertEquals(omar.bodies, ["One", "Two"]);
      assertEquals(await b.stop(), 0);
      await until(() => omar.closed !== undefined, "the close");
      assertEquals(omar.closed, 4000);
      await ana.leave();
    } finally {
      await b.stop().catch(() => {});
      await a.stop();
      await store.remove();
    }
  },
});
