/** Who may do what: by the table, and by requests to real servers. */
import { assert, assertEquals } from "@std/assert";
import { clientFrameSchemas } from "../lib/client_frames.ts";
import { uuidv7 } from "../lib/client/uuid.ts";
import {
  FRAME_ACTIONS,
  may,
  mayInRoom,
  outranks,
  PLACE_ACTIONS,
  type PlaceAction,
  ROOM_ACTIONS,
  type RoomAction,
  ROUTE_ACTIONS,
} from "../lib/permissions.ts";
import type { Role, RoomKind } from "../lib/protocol.ts";
import { withApp } from "./support/app.ts";
import { type Asker, guest, made, member, owner } from "./support/people.ts";
import { routes } from "./support/routes.ts";

const ROLES: readonly Role[] = ["owner", "admin", "member", "guest"];
const KINDS: readonly RoomKind[] = ["open", "private", "direct"];

/**
 * Who may do what in a room: of an open, a private and a direct one, each for
 * those outside, inside, and inside who made it (makers outside are below).
 * Letters are roles: o, a, m, g; `*` is everyone, `-` nobody.
 */
const ROOM: Record<RoomAction, string> = {
  read: "* * * / - * * / - * *",
  post: "* * * / - * * / - * *",
  react: "* * * / - * * / - * *",
  follow: "* * * / - * * / - * *",
  leave: "- * * / - * * / - - -",
  pin: "oam oam oam / - * * / - * *",
  invite: "oa oa * / - * * / - - -",
  inviteByLink: "oa oam oam / - oam oam / - - -",
  manage: "oa oa * / - oa * / - - -",
  remove: "oa oa * / - oa * / - - -",
  deleteOthers: "oa oa oa / - oa * / - - -",
};

/** The same for a room's maker who left it: of an open room they stay the keeper. */
const MAKER_OUTSIDE: Partial<Record<RoomAction, string>> = {
  invite: "* / - / -",
  manage: "* / - / -",
  remove: "* / - / -",
};

const PLACE: Record<PlaceAction, string> = {
  enter: "*",
  createOpenRoom: "*",
  createPrivateRoom: "*",
  createDirectRoom: "*",
  upload: "*",
  search: "*",
  account: "*",
  invitePeople: "oa",
  seePeople: "oa",
  mute: "oa",
  ban: "oa",
  changeRoles: "oa",
  managePlace: "oa",
  seeAudit: "oa",
};

function names(who: string, role: Role): boolean {
  return who === "*" || who !== "-" && who.includes(role[0]!);
}

Deno.test("Each role may do in rooms what the matrix says, and nothing else", () => {
  assertEquals(Object.keys(ROOM).sort(), Object.keys(ROOM_ACTIONS).sort());
  for (const [key, row] of Object.entries(ROOM)) {
    const action = key as RoomAction;
    const cells = row.split(" / ").map((cell) => cell.split(" "));
    KINDS.forEach((kind, k) => {
      for (const role of ROLES) {
        const [outside, inside, maker] = cells[k]!;
        const standings = [
          [outside!, { inside: false, maker: false }],
          [inside!, { inside: true, maker: false }],
          [maker!, { inside: true, maker: true }],
          [
            MAKER_OUTSIDE[action]?.split(" / ")[k] ?? outside!,
            { inside: false, maker: true },
          ],
        ] as const;
        for (const [who, standing] of standings) {
          assertEquals(
            mayInRoom(role, action, { kind, ...standing }),
            names(who, role),
            `${role} ${action} ${kind} ${JSON.stringify(standing)}`,
          );
        }
      }
    });
  }
});

Deno.test("Each role may do in the place what the matrix says, and nothing else", () => {
  assertEquals(Object.keys(PLACE).sort(), Object.keys(PLACE_ACTIONS).sort());
  for (const [action, who] of Object.entries(PLACE)) {
    for (const role of ROLES) {
      assertEquals(
        may(role, action as PlaceAction),
        names(who, role),
        `${role} ${action}`,
      );
    }
  }
  const order = ROLES.map((role) =>
    ROLES.filter((other) => outranks(role, other)).map((other) => other[0])
      .join("")
  );
  assertEquals(order, ["amg", "mg", "g", ""]);
});

Deno.test("Every frame names what it needs", () => {
  const frames = Object.keys(clientFrameSchemas).sort();
  assertEquals(Object.keys(FRAME_ACTIONS).sort(), frames);
});

Deno.test("Every route names what it needs, and every name is a route", async () => {
  assertEquals(Object.keys(ROUTE_ACTIONS).sort(), await routes());
});

/** An address of that route; what stands in brackets is nobody's. */
function addressOf(route: string): [method: string, path: string] {
  const [method, path] = route.split(" ") as [string, string];
  return [method, path.replace(/\[\w+\]/g, () => uuidv7())];
}

Deno.test("Strangers get through no route that isn't public", async () => {
  await withApp(async (app) => {
    for (const [route, action] of Object.entries(ROUTE_ACTIONS)) {
      if (action === "public") continue;
      const [method, path] = addressOf(route);
      const form = !path.startsWith("/api/") && method === "POST";
      const response = await app.request(path, {
        method,
        headers: {
          origin: app.url,
          ...route === "GET /api/ws" && {
            ...{ connection: "Upgrade", upgrade: "websocket" },
            "sec-websocket-version": "13",
            "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
          },
        },
        ...form
          ? { body: new URLSearchParams() }
          : method !== "GET" && { body: "{}" },
      });
      await response.body?.cancel();
      const { status, headers } = response;
      const led = headers.get("location") ?? "";
      const isKeptOut = status === 401 || status === 404 ||
        status === 303 && /^\/(\?next=|login)/.test(led);
      assert(isKeptOut, `${route}: ${status} ${led}`);
    }
  });
});

Deno.test("What only staff may do is refused to all others, route by route", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const omar = await made(app, ana, "Omar", "admin");
    const mei = await member(app, "Mei");
    const robin = await guest(app, "Robin");
    const staffOnly = Object.entries(ROUTE_ACTIONS).filter(([, action]) =>
      PLACE[action as PlaceAction] === "oa"
    );
    assert(staffOnly.length >= 15);
    for (const [route] of staffOnly) {
      const [method, path] = addressOf(route);
      for (const one of [mei, robin]) {
        const status = await statusOf(app.url, app.request, one, method, path);
        assertEquals(status, 403, `${one.name} ${route}`);
      }
      for (const one of [ana, omar]) {
        const status = await statusOf(app.url, app.request, one, method, path);
        assert(status !== 403 && status !== 401, `${one.name} ${route}`);
      }
    }
  });
});

/** Bodies that pass the checks of their form, so that the right is what is asked. */
const BODIES: Record<string, unknown> = {
  "PATCH /api/people": { role: "member" },
  "PUT /api/people": { until: null, reason: "" },
};

async function statusOf(
  origin: string,
  request: (path: string, init?: RequestInit) => Promise<Response>,
  { cookie }: Asker,
  method: string,
  path: string,
): Promise<number> {
  const isApi = path.startsWith("/api/");
  const start = `${method} ${path.split("/").slice(0, 3).join("/")}`;
  const body = method === "GET"
    ? null
    : isApi
    ? JSON.stringify(BODIES[start] ?? {})
    : new URLSearchParams({
      ...{ act: "kick", person: uuidv7(), name: "Harbour" },
      ...{ room: uuidv7(), archived: "true" },
    });
  const headers = { cookie, origin };
  const response = await request(path, { method, headers, body });
  await response.body?.cancel();
  return response.status;
}

Deno.test("Admins outside a private room get from it what strangers get from none", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const omar = await made(app, ana, "Omar", "admin");
    const mei = await member(app, "Mei");
    const made_ = await mei.ask("POST", "/api/rooms", {
      ...{ name: "Plot", kind: "private" },
    });
    const { id } = made_.body.room;
    for (const one of [ana, omar]) {
      for (const [route, action] of Object.entries(ROUTE_ACTIONS)) {
        const isOfRooms = route.includes("/api/rooms/[room]") &&
          Object.hasOwn(ROOM_ACTIONS, action);
        if (!isOfRooms) continue;
        const [method, path] = route.split(" ") as [string, string];
        const other = uuidv7();
        const ask = (room: string) =>
          one.ask(
            method,
            path.replace("[room]", room).replace(/\[\w+\]/g, other),
            method === "GET" ? undefined : { notify: "all", topic: "" },
          );
        assertEquals(await ask(id), await ask(uuidv7()), route);
      }
    }
  });
});
