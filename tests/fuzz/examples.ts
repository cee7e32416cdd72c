/** What each route that takes a body expects there. */
import type { Random } from "../simulation/random.ts";
import { strangeText } from "./strange.ts";
import type { World } from "./world.ts";

/** A good body, in the way that the route reads it. */
export type Example =
  | { json: unknown }
  | { form: Record<string, string> }
  | { file: { name: string; bytes: Uint8Array<ArrayBuffer> } }
  | { bytes: Uint8Array<ArrayBuffer> };

type Make = (random: Random, world: World) => Example;

/** The smallest PNG: one pixel. */
const PNG = Uint8Array.fromBase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
);

const passkey = (response: object) => ({
  ...{ id: "AAAA", rawId: "AAAA", type: "public-key" },
  response: { clientDataJSON: "e30", ...response },
});
const used = passkey({ authenticatorData: "AAAA", signature: "AAAA" });
const added = passkey({ attestationObject: "o2NmbXQ", transports: ["usb"] });

const nothing: Make = () => ({ json: {} });
const form = (fields: Record<string, string>): Make => () => ({ form: fields });
const person = (random: Random, world: World) => random.pick(world.people).id;
const measure: Make = (random) => ({
  json: { until: Date.now() + random.int(-9, 9) * 60_000, reason: "noise" },
});
const nameOf = (random: Random) =>
  random.chance(0.5) ? strangeText(random) : `Fuzz ${random.int(0, 999)}`;

/** By method and path, as in `lib/permissions.ts`. */
export const EXAMPLES: Readonly<Record<string, Make>> = {
  "POST /": (random) => ({ form: { name: nameOf(random) } }),
  "POST /setup": form({ name: "Robin", code: "AAAA-BBBB" }),
  "POST /join": (random, { invitations }) => ({
    form: { name: nameOf(random), code: random.pick(invitations) },
  }),
  "POST /keep": form({ password: "0123456789 and more" }),
  "POST /login": (random) => ({
    form: { name: nameOf(random), password: strangeText(random) },
  }),
  "POST /login/recover": (random) => ({
    form: { name: nameOf(random), code: "aaaa-bbbb", password: "0123456789" },
  }),
  "POST /signout": nothing,
  "POST /settings/account": (random) => ({
    form: {
      act: random.pick([
        ...["confirm", "remove_password", "rename_passkey", "remove_passkey"],
        ...["new_codes", "delete", "set_password"],
      ]),
      ...{ password: "0123456789", id: "AAAA", name: nameOf(random) },
    },
  }),
  "POST /settings/look": (random) => ({
    form: {
      locale: random.pick(["en", "zh-CN", "xx"]),
      theme: random.pick(["light", "dark", "auto"]),
    },
  }),
  "POST /settings/profile": (random) =>
    random.pick<Example>([
      { form: { name: nameOf(random) } },
      { form: { remove_picture: "yes" } },
      { file: { name: "picture", bytes: PNG } },
    ]),
  "POST /settings/sessions": (random) => ({
    form: random.chance(0.3) ? { others: "yes" } : { end: "0".repeat(64) },
  }),
  "POST /message": (random, world) => ({
    form: { q: nameOf(random), person: person(random, world) },
  }),
  "POST /rooms": (random) => ({
    form: { name: nameOf(random), kind: random.pick(["open", "private"]) },
  }),
  "POST /rooms/[room]": (random, world) => ({
    form: { body: "by a form", id: world.newMessage(random) },
  }),
  "POST /rooms/[room]/join": nothing,
  "POST /rooms/[room]/leave": nothing,
  "POST /place": (random) => ({
    form: { name: nameOf(random), entry: random.pick(["guests", "invited"]) },
  }),
  "POST /place/people": (random, world) => ({
    form: {
      person: person(random, world),
      act: random.pick(["role", "mute", "unmute", "ban", "unban", "kick"]),
      role: random.pick(["owner", "admin", "member", "guest"]),
      ...{ span: "hours", hours: strangeText(random), reason: "noise" },
    },
  }),
  "POST /place/rooms": (random, { rooms }) => ({
    form: { room: random.pick(rooms), archived: random.pick(["true", "x"]) },
  }),
  "POST /place/invitations": (random, { rooms, invitations }) => ({
    form: random.chance(0.3) ? { revoke: random.pick(invitations) } : {
      role: random.pick(["member", "guest"]),
      room: random.pick(rooms),
      ...{ lifetime: "86400000", uses: random.pick(["1", "-1", "1e9"]) },
    },
  }),
  "POST /api/session": (random) => ({
    json: random.pick<unknown>([
      { name: nameOf(random) },
      { name: nameOf(random), password: strangeText(random) },
      { passkey: used },
    ]),
  }),
  "DELETE /api/session": nothing,
  "POST /api/join": (random, { invitations }) => ({
    json: { code: random.pick(invitations), name: nameOf(random) },
  }),
  "PATCH /api/place": (random) => ({
    json: { name: nameOf(random), entry: "guests" },
  }),
  "POST /api/invitations": (random, { rooms }) => ({
    json: {
      role: random.pick(["member", "guest"]),
      room: random.pick([null, ...rooms]),
      ...{ lifetime: random.int(0, 9) * 60_000, maxUses: random.int(0, 3) },
    },
  }),
  "DELETE /api/invitations/[invitation]": nothing,
  "PATCH /api/people/[person]": (random) => ({
    json: { role: random.pick(["owner", "admin", "member"]) },
  }),
  "PUT /api/people/[person]/mute": measure,
  "DELETE /api/people/[person]/mute": nothing,
  "PUT /api/people/[person]/ban": measure,
  "DELETE /api/people/[person]/ban": nothing,
  "DELETE /api/people/[person]/sessions": nothing,
  "POST /api/uploads": (random) => ({
    bytes: random.pick([
      PNG,
      random.fill(new Uint8Array(random.int(0, 9_000))),
    ]),
  }),
  "DELETE /api/uploads/[upload]": nothing,
  "POST /api/rooms": (random) => ({
    json: { name: nameOf(random), kind: random.pick(["open", "private"]) },
  }),
  "POST /api/rooms/direct": (random, world) => ({
    json: { people: [person(random, world), person(random, world)] },
  }),
  "PATCH /api/rooms/[room]": (random) => ({
    json: {
      name: nameOf(random),
      topic: strangeText(random),
      archived: random.chance(0.2),
      retentionDays: random.pick([null, 1, 3_650, 0]),
    },
  }),
  "PUT /api/rooms/[room]/membership": nothing,
  "DELETE /api/rooms/[room]/membership": nothing,
  "PUT /api/rooms/[room]/notify": (random) => ({
    json: { notify: random.pick(["all", "mentions", "nothing", null]) },
  }),
  "PUT /api/rooms/[room]/people/[person]": nothing,
  "DELETE /api/rooms/[room]/people/[person]": nothing,
  "POST /api/account/passkeys": () => ({
    json: { name: "key", response: added },
  }),
  "POST /api/account/passkeys/options": (random) => ({
    json: { for: random.pick(["add", "sign_in"]) },
  }),
  "POST /api/account/proof": () => ({ json: { passkey: used } }),
};

/** Routes with a body of which no example is known: the fuzzer must learn them. */
export function unknownRoutes(routes: readonly string[]): string[] {
  return routes.filter((route) =>
    !route.startsWith("GET ") && !Object.hasOwn(EXAMPLES, route)
  );
}
