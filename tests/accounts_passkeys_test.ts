/** What passkeys must withstand, by one in software. */
import { assert, assertEquals } from "@std/assert";
import { ATTEMPT_RATES } from "../lib/attempts.ts";
import { type RunningApp, withApp } from "./support/app.ts";
import { SoftPasskey } from "./support/authenticator.ts";

/** Asks as a page of ours does; `cookie` is what its browser has. */
async function ask(
  { request, url }: RunningApp,
  path: string,
  body: unknown,
  cookie = "",
) {
  const answer = await request(path, {
    method: "POST",
    headers: { origin: url, cookie },
    body: JSON.stringify(body),
  });
  const set = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
  const text = await answer.text();
  const value = text === "" ? null : JSON.parse(text);
  const error: string = value?.error?.code ?? "";
  return { status: answer.status, value, cookie: set, error };
}

const OPTIONS = "/api/account/passkeys/options";

/** A guest who added a passkey. */
async function account(app: RunningApp, name: string) {
  const session = await app.enter(name);
  const passkey = await SoftPasskey.make(app.url);
  const asked = await ask(app, OPTIONS, { for: "add" }, session);
  const cookie = `${session}; ${asked.cookie}`;
  const response = await passkey.register(asked.value.options);
  const body = { name: "Key", response };
  const added = await ask(app, "/api/account/passkeys", body, cookie);
  assertEquals([added.status, added.value.codes.length], [201, 10]);
  return { cookie, passkey, body };
}

/** A browser that was given a challenge: its cookie, and what it sends back. */
async function challenged(app: RunningApp, passkey: SoftPasskey) {
  const asked = await ask(app, OPTIONS, { for: "sign_in" });
  const response = await passkey.sign(asked.value.options);
  return { cookie: asked.cookie, body: { passkey: response } };
}

Deno.test("A passkey signs in as the person who added it, once for each challenge", async () => {
  await withApp(async (app) => {
    const { passkey } = await account(app, "Ana");
    const { cookie, body } = await challenged(app, passkey);
    const entered = await ask(app, "/api/session", body, cookie);
    assertEquals(entered.status, 201);
    assertEquals(entered.value.person.name, "Ana");
    const replayed = await ask(app, "/api/session", body, cookie);
    assertEquals([replayed.status, replayed.error], [422, "passkey_failed"]);
    const again = await challenged(app, passkey);
    const second = await ask(app, "/api/session", again.body, again.cookie);
    assertEquals(second.status, 201);
  });
});

Deno.test("A challenge of another browser, of another purpose, or of nobody is refused", async () => {
  await withApp(async (app) => {
    const { cookie, passkey } = await account(app, "Ana");
    const refusals: string[] = [];
    const stolen = await challenged(app, passkey);
    const other = await challenged(app, passkey);
    refusals.push(
      (await ask(app, "/api/session", stolen.body, other.cookie)).error,
    );
    const added = await ask(app, OPTIONS, { for: "add" }, cookie);
    const crossed = await passkey.sign(added.value.options);
    refusals.push(
      (await ask(app, "/api/session", { passkey: crossed }, cookie)).error,
    );
    const made = await passkey.sign({ challenge: "bWFkZSB1cA" } as never);
    refusals.push(
      (await ask(app, "/api/session", { passkey: made }, cookie)).error,
    );
    assertEquals(refusals, Array(3).fill("passkey_failed"));
  });
});

Deno.test("A signature made for another site is refused, as is another person's passkey as a proof", async () => {
  await withApp(async (app) => {
    const { passkey } = await account(app, "Ana");
    const omar = await account(app, "Omar");
    passkey.origin = "https://evil.example";
    const phished = await challenged(app, passkey);
    const away = await ask(app, "/api/session", phished.body, phished.cookie);
    assertEquals(away.error, "passkey_failed");
    passkey.origin = app.url.replace("localhost", "localhost.evil.example");
    const near = await challenged(app, passkey);
    const close = await ask(app, "/api/session", near.body, near.cookie);
    assertEquals(close.error, "passkey_failed");

    passkey.origin = app.url;
    const { cookie, body } = await challenged(app, passkey);
    const [session] = omar.cookie.split("; ");
    const both = `${session}; ${cookie}`;
    const proof = await ask(app, "/api/account/proof", body, both);
    assertEquals(proof.error, "passkey_failed");
    const own = await challenged(app, omar.passkey);
    const mine = `${session}; ${own.cookie}`;
    const proved = await ask(app, "/api/account/proof", own.body, mine);
    assertEquals(proved.status, 204);
  });
});

Deno.test("A counter that stands still gives a copied passkey away", async () => {
  await withApp(async (app) => {
    const { passkey } = await account(app, "Ana");
    const first = await challenged(app, passkey);
    assertEquals(
      (await ask(app, "/api/session", first.body, first.cookie)).status,
      201,
    );
    passkey.counter = 0;
    const copy = await challenged(app, passkey);
    const refused = await ask(app, "/api/session", copy.body, copy.cookie);
    assertEquals(refused.error, "passkey_failed");
  });
});

Deno.test("A passkey is added once, and not by whoever sends nonsense", async () => {
  await withApp(async (app) => {
    const { cookie, passkey, body } = await account(app, "Ana");
    const path = "/api/account/passkeys";
    assertEquals((await ask(app, path, body, cookie)).error, "passkey_failed");
    const omar = await app.enter("Omar");
    const asked = await ask(app, OPTIONS, { for: "add" }, omar);
    const both = `${omar}; ${asked.cookie}`;
    const taken = await passkey.register(asked.value.options);
    const copied = { name: "Mine", response: taken };
    assertEquals((await ask(app, path, copied, both)).error, "passkey_failed");
    for (
      const response of [null, {}, { ...taken, id: "<b>" }, {
        ...taken,
        response: { clientDataJSON: "e30", attestationObject: "oA" },
      }]
    ) {
      const { error } = await ask(app, path, { name: "x", response }, both);
      assert(["bad_frame", "passkey_failed"].includes(error), error);
    }
    const { id } = (await app.atoll.sessions.find(omar.split("=")[1]!))!.person;
    const list = await app.atoll.credentials.of(id);
    assertEquals(list.passkeys, []);
    assertEquals((await ask(app, OPTIONS, { for: "add" })).status, 401);
  });
});

Deno.test("Whoever asks for challenges on and on is soon told to wait", async () => {
  await withApp(async (app) => {
    const answers: { status: number; error: string }[] = [];
    while (!answers.some(({ status }) => status === 429)) {
      assert(
        answers.length < 20 * ATTEMPT_RATES.challenges.burst,
        "no end of them",
      );
      const batch = Array.from(
        { length: 50 },
        () => ask(app, OPTIONS, { for: "sign_in" }),
      );
      answers.push(...await Promise.all(batch));
    }
    const given = answers.filter(({ status }) => status === 200);
    assert(given.length >= ATTEMPT_RATES.challenges.burst, `${given.length}`);
    const refused = answers.filter(({ status }) => status !== 200);
    assertEquals(new Set(refused.map((one) => one.error)).size, 1);
    assertEquals(refused[0]!.error, "too_fast");
  });
});
