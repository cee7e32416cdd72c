/** A server that stops lets go of everybody before it does what takes long. */
import { assertEquals, assertMatch } from "@std/assert";
import { Atoll } from "../lib/app.ts";
import { openDatabase } from "../lib/db/open.ts";
import { logError } from "../lib/logging.ts";
import { CLOSE } from "../lib/protocol.ts";
import { Signals } from "../lib/signals/signals.ts";
import { Guest, TEST_CONFIG } from "./support/atoll.ts";
import { newPlace } from "./support/places.ts";
import { until } from "./support/until.ts";

Deno.test("Connections are closed while deleted text is still being wiped", async () => {
  const place = await newPlace();
  const config = { ...TEST_CONFIG, ...place.settings };
  const db = await openDatabase({ path: config.data, onError: logError });
  const wiping = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<boolean>();
  db.checkpoint = () => {
    wiping.resolve();
    return gate.promise;
  };
  let isUnlocked = false;
  const unlock = () => isUnlocked = true;
  const atoll = new Atoll(config, db, {
    ...{ signals: new Signals(), mark: "", unlock },
  });
  const { token } = await atoll.accounts.enter("Ada");
  const ada = new Guest(atoll, (await atoll.sessions.find(token))!);
  const id = crypto.randomUUID();
  await ada.post("a secret", "lobby", id);
  await ada.ask({
    ...{ type: "delete", room: "lobby" },
    ...{ id: crypto.randomUUID(), message: id },
  });
  await wiping.promise;
  const closing = atoll.close();
  await until(() => ada.socket.closed !== undefined, "the connection to close");
  assertEquals(ada.socket.closed!.code, CLOSE.restarting);
  assertMatch(ada.socket.closed!.reason, /^restarting \d+$/);
  assertEquals(isUnlocked, false, "the text is still being wiped");
  gate.resolve(true);
  await closing;
  assertEquals(isUnlocked, true);
  await place.remove();
});
