import { assertEquals } from "@std/assert";
import { parseClientFrame } from "../lib/client_frames.ts";
import { uuidv7 } from "../lib/client/uuid.ts";
import { Refusal } from "../lib/errors.ts";
import { Requests, type Services } from "../lib/requests.ts";
import { fakeConnection } from "./support/fake_socket.ts";

const ROOM = uuidv7();
const [first, second] = [uuidv7(), uuidv7()];

/** Requests where rooms can't be looked up until that is mended. */
function unluckyRequests(
  error: Error = new Error("The database is away"),
) {
  const database = { isAway: true };
  const services = {
    recent: {
      find: () =>
        database.isAway ? Promise.reject(error) : Promise.resolve({ id: ROOM }),
    },
    messages: {
      admit: ({ id }: { id: string }) =>
        Promise.resolve({ stored: Promise.resolve({ id, seq: 1 }) }),
    },
    onError: () => {},
  } as unknown as Services;
  const requests = new Requests(services);
  const { socket, connection } = fakeConnection();
  const outcome = async (frame: Record<string, unknown>) => {
    const answers = socket.sent.length;
    const parsed = parseClientFrame(JSON.stringify(frame));
    await requests.handle(connection, parsed);
    await Promise.resolve();
    const answer = socket.frames[answers];
    return answer?.type === "error" ? answer.code : answer?.type;
  };
  const post = (id: string, room = ROOM) =>
    outcome({ type: "post", room, id, body: "Hello" });
  return { database, outcome, post };
}

Deno.test("A post whose room can't be looked up is not overtaken, by whichever name of the room [L4]", async () => {
  const { database, post } = unluckyRequests();
  assertEquals(await post(first), "internal");
  database.isAway = false;
  assertEquals(await post(second, "lobby"), "out_of_order");
  assertEquals(await post(first), "posted");
  assertEquals(await post(second, "lobby"), "posted");
});

Deno.test("It can be withdrawn while nothing can be looked up [L4]", async () => {
  const { database, outcome, post } = unluckyRequests();
  assertEquals(await post(first), "internal");
  await outcome({ type: "withdraw", room: ROOM, id: first });
  database.isAway = false;
  assertEquals(await post(second), "posted");
});

Deno.test("Nor is it where the database refuses the look in our words, as PostgreSQL does [L4]", async () => {
  const { database, post } = unluckyRequests(new Refusal("unavailable"));
  assertEquals(await post(first), "unavailable");
  database.isAway = false;
  assertEquals(await post(second), "out_of_order");
  assertEquals(await post(first), "posted");
  assertEquals(await post(second), "posted");
});

Deno.test("A second copy of what was acknowledged holds up nobody, whatever becomes of it [L4]", async () => {
  const { database, post } = unluckyRequests(new Refusal("unavailable"));
  database.isAway = false;
  assertEquals(await post(first), "posted");
  database.isAway = true;
  assertEquals(await post(first), "unavailable");
  database.isAway = false;
  assertEquals(await post(second), "posted");
});

Deno.test("A room that does not exist holds up nobody [L4]", async () => {
  const { database, post } = unluckyRequests(new Refusal("no_room"));
  assertEquals(await post(first), "no_room");
  database.isAway = false;
  assertEquals(await post(second), "posted");
});
