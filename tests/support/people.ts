/** People with roles, who ask the API with sessions of their own. */
import { assertEquals } from "@std/assert";
import type { Role } from "../../lib/protocol.ts";
import type { RunningApp } from "./app.ts";

/** What the API answered. */
export interface Answer {
  status: number;
  // deno-lint-ignore no-explicit-any -- whatever the API says
  body: any;
  code: string | undefined;
}

/** Someone who asks the API. */
export interface Asker {
  id: string;
  name: string;
  cookie: string;
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
}

/** From where tests come in. */
export const VISIT = { address: "192.0.2.1", device: "" };

/** A password that is accepted, the same for all. */
export const PASSWORD = "correct horse battery";

/** Someone by the cookie of their session. */
export async function asker(app: RunningApp, cookie: string): Promise<Asker> {
  const ask: Asker["ask"] = async (method, path, body) => {
    const response = await app.request(path, {
      ...{ method, headers: { cookie, origin: app.url } },
      ...body !== undefined && { body: JSON.stringify(body) },
    });
    const text = await response.text();
    const json = text.startsWith("{") ? JSON.parse(text) : null;
    return { status: response.status, body: json, code: json?.error?.code };
  };
  const { body } = await ask("GET", "/api/session");
  return { ...body.person, cookie, ask };
}

/** A guest. */
export async function guest(app: RunningApp, name: string): Promise<Asker> {
  return await asker(app, await app.enter(name));
}

/** A guest who set a password. */
export async function member(app: RunningApp, name: string): Promise<Asker> {
  const one = await guest(app, name);
  const session = await sessionOf(app, one);
  await app.atoll.credentials.setPassword(session, PASSWORD);
  return one;
}

/** A member who came by the owner link. */
export async function owner(app: RunningApp, name: string): Promise<Asker> {
  const one = await member(app, name);
  const code = await app.atoll.place.offerSetup();
  await app.atoll.place.claim(await sessionOf(app, one), code!, VISIT);
  return one;
}

/** A member who got a role from an owner. */
export async function made(
  app: RunningApp,
  by: Asker,
  name: string,
  role: Role,
): Promise<Asker> {
  const one = await member(app, name);
  const { status } = await by.ask("PATCH", `/api/people/${one.id}`, { role });
  assertEquals(status, 204);
  return one;
}

/** The session as the server sees it. */
export async function sessionOf(app: RunningApp, { cookie }: Asker) {
  const token = cookie.split("=")[1]!;
  return (await app.atoll.sessions.find(token))!;
}
