/** Passwords, recovery codes and sessions of accounts, through the whole app. */
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { Attempts } from "../lib/attempts.ts";
import { Refusal } from "../lib/errors.ts";
import { checkPassword } from "../lib/passwords.ts";
import { type RunningApp, withApp } from "./support/app.ts";
import { FakeSocket } from "./support/fake_socket.ts";
import { until } from "./support/until.ts";

const PASSWORD = "seven quiet lanterns";

/** An ordinary form post, as a page of ours sends it. */
function form(
  { request, url }: RunningApp,
  path: string,
  fields: Record<string, string>,
  cookie = "",
): Promise<Response> {
  return request(path, {
    method: "POST",
    headers: { origin: url, cookie },
    body: new URLSearchParams(fields),
  });
}

function tokenOf(response: Response): string {
  const cookie = response.headers.get("set-cookie") ?? "";
  return /atoll_session=([\w-]{43});/.exec(cookie)?.[1] ?? "";
}

/** A guest who added a password: the cookie, and the recovery codes that were shown. */
async function account(
  app: RunningApp,
  name: string,
): Promise<{ cookie: string; codes: string[] }> {
  const cookie = await app.enter(name);
  const fields = { act: "set_password", password: PASSWORD };
  const done = await form(app, "/settings/account", fields, cookie);
  assertEquals(done.status, 200);
  const html = await done.text();
  const codes = [...html.matchAll(/<code>([^<]+)<\/code>/g)].map(([, c]) => c!);
  return { cookie, codes };
}

async function personOf(app: RunningApp, cookie: string) {
  const answer = await app.request("/api/session", { headers: { cookie } });
  return answer.ok ? (await answer.json()).person : null;
}

const signIn = (app: RunningApp, name: string, password: string, cookie = "") =>
  form(app, "/login", { name, password }, cookie);

Deno.test("A guest who adds a password stays the same person, is a member, and gets codes once", async () => {
  await withApp(async (app) => {
    const cookie = await app.enter("Ana");
    const before = await personOf(app, cookie);
    const act = { act: "set_password", password: PASSWORD };
    const first = await form(app, "/settings/account", act, cookie);
    const codes = (await first.text()).match(/<code>/g);
    assertEquals(codes?.length, 10);
    const changed = await form(app, "/settings/account", act, cookie);
    assertEquals(changed.headers.get("location"), "/settings/account?saved");
    const entered = await signIn(app, " ANA ", PASSWORD);
    assertEquals(entered.status, 303);
    const after = await personOf(app, `atoll_session=${tokenOf(entered)}`);
    assertEquals(after, before);
    const list = await app.atoll.credentials.of(before.id);
    assertEquals([list.codes, list.passkeys.length], [10, 0]);
  });
});

Deno.test("An account's name stays taken after signing out everywhere [N1]", async () => {
  await withApp(async (app) => {
    const { cookie } = await account(app, "Ana");
    const out = await form(app, "/signout", {}, cookie);
    assertEquals(out.headers.get("location"), "/login?signed_out");
    assertEquals((await form(app, "/", { name: "Ana" })).status, 409);
    const guest = await app.enter("Omar");
    await form(app, "/signout", {}, guest);
    assertEquals((await form(app, "/", { name: "Omar" })).status, 303);
  });
});

Deno.test("A wrong password, a name without one and an unknown name get the same answer for the same work", async () => {
  await withApp(async (app) => {
    await account(app, "Ana");
    await app.enter("Guest");
    const { hasher } = app.atoll;
    const answers: string[] = [];
    for (const name of ["Ana", "Guest", "Nobody", "\u202e", ""]) {
      const done = hasher.done;
      const answer = await signIn(app, name, "not the password");
      assertEquals(hasher.done - done, 1, name);
      assertEquals(tokenOf(answer), "");
      const html = await answer.text();
      const error = /class="field-error"[^>]*>([^<]*)</.exec(html)?.[1];
      answers.push(`${answer.status} ${error}`);
    }
    assertEquals(new Set(answers).size, 1);
    assert(answers[0]!.startsWith("401 "));

    // Recovering does the same work as well.
    for (const name of ["Ana", "Guest", "Nobody"]) {
      const done = hasher.done;
      const fields = { name, code: "0000-0000-0000-0000", password: PASSWORD };
      const answer = await form(app, "/login/recover", fields);
      assertEquals([answer.status, hasher.done - done], [401, 1], name);
    }
  });
});

Deno.test("An empty password is a wrong one, with and without an account", async () => {
  await withApp(async (app) => {
    await account(app, "Ana");
    for (const name of ["Ana", "Nobody", ""]) {
      const answer = await signIn(app, name, "");
      await answer.body?.cancel();
      assertEquals(answer.status, 401, name);
    }
    assertEquals(app.atoll.hasher.done, 4);
  });
});

Deno.test("Passwords are compared as NFKC, and the weak are refused", async () => {
  await withApp(async (app) => {
    const cookie = await app.enter("Ana");
    const password = "ﬁve cafe\u0301 crème";
    const act = { act: "set_password", password };
    await form(app, "/settings/account", act, cookie);
    const composed = await signIn(app, "Ana", "five café crème");
    assertEquals(composed.status, 303);
    assertEquals((await signIn(app, "Ana", "five cafe creme")).status, 401);
  });
  const refused = (text: string, name = "Robin Hood") => {
    try {
      checkPassword(text, name);
      return "";
    } catch (error) {
      return (error as Refusal).code;
    }
  };
  assertEquals(refused("九字密码不够长哦"), "password_short");
  assertEquals(refused("十个字的密码就足够长了"), "");
  assertEquals(refused("🙂🐚🌊🪵🧭🪁🏝🦀⛵🐙"), "");
  assertEquals(refused("ﬃ".repeat(100)), "password_long");
  assertEquals(refused("x y".repeat(100)), "password_long");
  assertEquals(refused("qwertyuiop"), "password_common");
  assertEquals(refused("Password123"), "password_common");
  assertEquals(refused("0987654321"), "password_common");
  assertEquals(refused("abcabcabcabc"), "password_common");
  assertEquals(refused("robin hood 1"), "password_name");
  assertEquals(refused("robin hood and his friends"), "");
});

Deno.test("Signing in makes a new session, and ends the one of whoever was at this browser", async () => {
  await withApp(async (app) => {
    const { cookie } = await account(app, "Ana");
    const planted = await app.enter("Mallory");
    const socket = new FakeSocket();
    const { sessions } = app.atoll;
    const token = planted.split("=")[1]!;
    app.atoll.connect(socket, (await sessions.find(token))!);
    const entered = await signIn(app, "Ana", PASSWORD, planted);
    const mine = tokenOf(entered);
    assertNotEquals(mine, token);
    assertEquals(await sessions.find(token), null);
    await until(() => socket.closed !== undefined);
    assertEquals(socket.closed?.code, 4500);
    assertEquals((await sessions.find(mine))?.person.name, "Ana");
    // Signed in from another browser, this one goes on.
    assertEquals((await personOf(app, cookie)).name, "Ana");
  });
});

Deno.test("Changing the password ends the other sessions with their sockets [D5]", async () => {
  await withApp(async (app) => {
    const { cookie } = await account(app, "Ana");
    const other = tokenOf(await signIn(app, "Ana", PASSWORD));
    const third = tokenOf(await signIn(app, "Ana", PASSWORD));
    const { sessions } = app.atoll;
    const sockets = [new FakeSocket(), new FakeSocket()];
    const own = cookie.split("=")[1]!;
    app.atoll.connect(sockets[0]!, (await sessions.find(other))!);
    app.atoll.connect(sockets[1]!, (await sessions.find(own))!);
    const act = { act: "set_password", password: "eight loud lanterns" };
    const changed = await form(app, "/settings/account", act, cookie);
    assertEquals(changed.status, 303);
    await until(() => sockets[0]!.closed !== undefined);
    assertEquals(sockets[0]!.closed?.code, 4500);
    assertEquals(sockets[1]!.closed, undefined);
    assertEquals(await sessions.find(third), null);
    assert(await sessions.find(own));
    assertEquals((await signIn(app, "Ana", PASSWORD)).status, 401);
    assertEquals((await signIn(app, "Ana", act.password)).status, 303);
  });
});

Deno.test("One's sessions are listed with their devices, and end one by one; others' don't", async () => {
  await withApp(async (app) => {
    const { cookie } = await account(app, "Ana");
    const omar = await app.enter("Omar");
    const firefox = {
      "user-agent":
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    };
    const answer = await app.request("/api/session", {
      method: "POST",
      headers: firefox,
      body: JSON.stringify({ name: "Ana", password: PASSWORD }),
    });
    assertEquals(answer.status, 201);
    const { token, person } = await answer.json();
    const { sessions } = app.atoll;
    const listed = await sessions.list(person.id);
    assertEquals(listed.map(({ device }) => device).sort(), [
      "",
      "Firefox · Linux",
    ]);
    const end = listed.find(({ device }) => device !== "")!.hash;
    const page = await app.request("/settings/sessions", {
      headers: { cookie },
    });
    assert((await page.text()).includes("Firefox · Linux"));
    const socket = new FakeSocket();
    app.atoll.connect(socket, (await sessions.find(token))!);
    await form(app, "/settings/sessions", { end }, omar);
    assert(await sessions.find(token), "ended by somebody else");
    assertEquals(socket.closed, undefined);
    await form(app, "/settings/sessions", { end }, cookie);
    assertEquals(await sessions.find(token), null);
    await until(() => socket.closed !== undefined);
  });
});

Deno.test("A recovery code sets a new password once, and ends all sessions", async () => {
  await withApp(async (app) => {
    const { cookie, codes } = await account(app, "Ana");
    assertEquals(codes.length, 10);
    const stored = await app.atoll.credentials.of(
      (await personOf(app, cookie)).id,
    );
    assertEquals(stored.codes, 10);
    const recover = (code: string, password: string) =>
      form(app, "/login/recover", { name: "ana", code, password });
    const typed = codes[3]!.toUpperCase().replaceAll("-", " ");
    assertEquals((await recover(typed, "short")).status, 422);
    const entered = await recover(typed, "nine new lanterns");
    assertEquals(entered.status, 303);
    assertEquals(await personOf(app, cookie), null);
    assertEquals((await recover(codes[3]!, "ten new lanterns")).status, 401);
    assertEquals((await signIn(app, "Ana", "nine new lanterns")).status, 303);

    const mine = `atoll_session=${tokenOf(entered)}`;
    const renewed = await form(
      app,
      "/settings/account",
      { act: "new_codes" },
      mine,
    );
    assertEquals((await renewed.text()).match(/<code>/g)?.length, 10);
    assertEquals((await recover(codes[4]!, "ten new lanterns")).status, 401);
  });
});

Deno.test("Dangerous acts need a proof that is not older than 15 minutes", async () => {
  await withApp(async (app) => {
    const { cookie } = await account(app, "Ana");
    const { atoll } = app;
    const session = (await atoll.sessions.find(cookie.split("=")[1]!))!;
    const stale = { ...session, provedAt: session.provedAt - 15 * 60_000 };
    for (
      const act of [
        () => atoll.credentials.setPassword(stale, "another long one"),
        () => atoll.credentials.removePassword(stale),
        () => atoll.credentials.newCodes(stale),
        () => atoll.credentials.removePasskey(stale, "x"),
        () => atoll.credentials.requireProof(stale),
        () =>
          atoll.passkeys.addOptions(
            stale,
            { origin: app.url, browser: "b" },
            "",
          ),
      ]
    ) {
      const { code } = await assertRejects(act, Refusal);
      assertEquals(code, "proof_needed");
    }
    const last = await assertRejects(
      () => atoll.credentials.removePassword(session),
      Refusal,
    );
    assertEquals(last.code, "last_credential");
    const visit = { address: "", device: "" };
    await assertRejects(
      () => atoll.credentials.prove(stale, "not the password", visit),
      Refusal,
    );
    await atoll.credentials.prove(stale, PASSWORD, visit);
  });
});

Deno.test("A deleted account is gone but for its messages, and its name is free", async () => {
  await withApp(async (app) => {
    const { cookie } = await account(app, "Ana");
    const { id } = await personOf(app, cookie);
    await form(app, "/rooms/lobby", { body: "I was here" }, cookie);
    const gone = await form(
      app,
      "/settings/account",
      { act: "delete" },
      cookie,
    );
    assertEquals(gone.headers.get("location"), "/?deleted");
    assertEquals(await personOf(app, cookie), null);
    const list = await app.atoll.credentials.of(id);
    assertEquals(list, { passwordSince: null, passkeys: [], codes: 0 });
    assertEquals((await signIn(app, "Ana", PASSWORD)).status, 401);
    const ana = await app.enter("Ana");
    assertNotEquals((await personOf(app, ana)).id, id);
    const room = await app.request("/rooms/lobby", {
      headers: { cookie: ana },
    });
    const html = await room.text();
    assert(html.includes("I was here"));
    assert(html.includes("ormer person"));
    assertEquals(
      (await form(app, "/", { name: "Former person" })).status,
      422,
    );
  });
});

Deno.test("Ten thousand attempts cost a few hashes, and let others in meanwhile", async () => {
  await withApp(async (app) => {
    await account(app, "Ana");
    const omar = await app.enter("Omar");
    const { hasher } = app.atoll;
    const done = hasher.done;
    const statuses = new Map<number, number>();
    const attempts = Array.from({ length: 10_000 }, async (_, i) => {
      const name = i % 2 ? "Ana" : `Name ${i}`;
      const answer = await app.request("/api/session", {
        method: "POST",
        body: JSON.stringify({ name, password: "wrong one" }),
      });
      await answer.body?.cancel();
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    });
    const who = await app.request("/api/session", {
      headers: { cookie: omar },
    });
    assertEquals(who.status, 200);
    await Promise.all(attempts);
    assertEquals([...statuses.keys()].sort(), [401, 429]);
    assert(hasher.done - done <= 110, `${hasher.done - done} hashes`);
    assertEquals(statuses.get(401), hasher.done - done);
  });
});

Deno.test("Attempts are counted by address, by account, and by both", () => {
  let now = 0;
  const attempts = new Attempts(() => now);
  const refused = (address: string, account: string | null) => {
    try {
      attempts.take(address, account);
      return 0;
    } catch (error) {
      return (error as Refusal).wait!;
    }
  };
  const count = (address: (i: number) => string, account: string) => {
    let taken = 0;
    while (taken < 1_000 && refused(address(taken), account) === 0) taken++;
    return taken;
  };
  assertEquals(count(() => "192.0.2.1", "ana"), 8);
  assertEquals(refused("192.0.2.1", "omar"), 0, "another account");
  assertEquals(refused("192.0.2.2", "ana"), 0, "another address");
  assertEquals(count((i) => `198.51.100.${i}`, "ana"), 60 - 9);
  now += 60_000;
  assertEquals(refused("192.0.2.1", "ana"), 0, "after a minute");
  // Whoever has one address of a network in IPv6 has all of them.
  const sameNetwork = (i: number) => `2001:db8::${i.toString(16)}:1`;
  assertEquals(count(sameNetwork, "eve"), 8);
});

Deno.test("Signing in from a page of another site is refused", async () => {
  await withApp(async (app) => {
    await account(app, "Ana");
    for (const origin of ["https://evil.example", "null"]) {
      const answer = await app.request("/login", {
        method: "POST",
        headers: { origin },
        body: new URLSearchParams({ name: "Ana", password: PASSWORD }),
      });
      assertEquals(answer.status, 403);
      assertEquals(tokenOf(answer), "");
    }
  });
});
