/**
 * Who may do what: one table, for every route and every frame.
 *
 * The write path and all reads ask {@link may}; `tests/permissions_test.ts`
 * goes through every role, action and kind of room, and fails when a route or
 * a frame is missing below.
 */
import type { ClientFrameType } from "./client_frames.ts";
import { Refusal } from "./errors.ts";
import type { Person, Role, RoomKind } from "./protocol.ts";

/** Someone who asks for something. */
export interface Who {
  person: Person;
  role: Role;
  /** The one room that a guest link opened, or null. */
  onlyRoom: string | null;
  /** Until when they may not write, in milliseconds since 1970, or null. */
  mutedUntil: number | null;
}

/** How someone stands to a room. */
export interface Standing {
  kind: RoomKind;
  /** They follow an open room, or belong to another one. */
  inside: boolean;
  /** They made the room. */
  maker: boolean;
}

type Rule = (role: Role, standing: Standing) => boolean;

const isStaff = (role: Role) => role === "owner" || role === "admin";

const everyone = () => true;
const nobody = () => false;
const inside: Rule = (_, standing) => standing.inside;
const accounts = (role: Role) => role !== "guest";
const staff = isStaff;
/** Who made the room, and staff; of rooms that aren't open only from inside. */
const keepers: Rule = (role, { kind, inside, maker }) =>
  kind === "open" ? maker || isStaff(role) : inside && (maker || isStaff(role));

/** Who may give links to the room to people who are not here yet. */
const hosts: Rule = (role, { inside }) => role !== "guest" && inside;
const openHosts: Rule = (role, standing) =>
  isStaff(role) || hosts(role, standing);

interface RoomRules {
  open: Rule;
  private: Rule;
  direct: Rule;
}

/** What one may do in a room. */
export const ROOM_ACTIONS = {
  read: { open: everyone, private: inside, direct: inside },
  post: { open: everyone, private: inside, direct: inside },
  react: { open: everyone, private: inside, direct: inside },
  follow: { open: everyone, private: inside, direct: inside },
  leave: { open: inside, private: inside, direct: nobody },
  pin: { open: accounts, private: inside, direct: inside },
  // Who wants into an open room goes there: this adds others, also who was sent out.
  invite: { open: keepers, private: inside, direct: nobody },
  inviteByLink: { open: openHosts, private: hosts, direct: nobody },
  manage: { open: keepers, private: keepers, direct: nobody },
  remove: { open: keepers, private: keepers, direct: nobody },
  deleteOthers: { open: staff, private: keepers, direct: nobody },
} as const satisfies Record<string, RoomRules>;

/** What one may do in the place as a whole. */
export const PLACE_ACTIONS = {
  enter: everyone,
  createOpenRoom: everyone,
  createPrivateRoom: everyone,
  createDirectRoom: everyone,
  upload: everyone,
  search: everyone,
  account: everyone,
  invitePeople: staff,
  seePeople: staff,
  mute: staff,
  ban: staff,
  changeRoles: staff,
  managePlace: staff,
  seeAudit: staff,
} as const satisfies Record<string, (role: Role) => boolean>;

/** An action in a room. */
export type RoomAction = keyof typeof ROOM_ACTIONS;

/** An action in the place as a whole. */
export type PlaceAction = keyof typeof PLACE_ACTIONS;

/** What each frame needs; `none` is for those that only concern the sender. */
export const FRAME_ACTIONS: Readonly<
  Record<ClientFrameType, RoomAction | "none">
> = {
  join: "read",
  leave: "none",
  post: "post",
  edit: "post",
  delete: "post",
  react: "react",
  pin: "pin",
  withdraw: "none",
  history: "read",
  typing: "post",
  read: "read",
  unread: "read",
  report: "none",
  ping: "none",
};

/**
 * What each route needs, by method and path: an action, `session` for what
 * anyone who is here may do about themselves, `public` for strangers too.
 */
export const ROUTE_ACTIONS: Readonly<
  Record<string, RoomAction | PlaceAction | "session" | "public">
> = {
  "GET /": "public",
  "POST /": "public",
  "GET /healthz": "public",
  "GET /metrics": "public",
  "GET /setup": "public",
  "POST /setup": "public",
  "GET /join": "public",
  "POST /join": "public",
  "GET /keep": "account",
  "POST /keep": "account",
  "GET /login": "public",
  "POST /login": "public",
  "GET /login/recover": "public",
  "POST /login/recover": "public",
  "POST /signout": "public",
  "GET /settings": "public",
  "GET /settings/account": "account",
  "POST /settings/account": "account",
  "GET /settings/notifications": "session",
  "GET /settings/look": "session",
  "POST /settings/look": "public",
  "GET /settings/profile": "account",
  "POST /settings/profile": "account",
  "GET /settings/sessions": "account",
  "POST /settings/sessions": "account",
  "GET /people/[person]/picture": "session",
  "GET /rooms": "session",
  "POST /rooms": "createOpenRoom",
  "GET /rooms/[room]": "read",
  "POST /rooms/[room]": "post",
  "POST /rooms/[room]/join": "follow",
  "POST /rooms/[room]/leave": "leave",
  "GET /search": "search",
  "GET /mentions": "session",
  "GET /message": "createDirectRoom",
  "POST /message": "createDirectRoom",
  "GET /files/[room]/[file]/[name]": "read",
  "GET /place": "managePlace",
  "POST /place": "managePlace",
  "GET /place/picture": "public",
  "GET /manifest.webmanifest": "public",
  "GET /place/people": "seePeople",
  "POST /place/people": "seePeople",
  "GET /place/rooms": "managePlace",
  "POST /place/rooms": "managePlace",
  "GET /place/invitations": "session",
  "POST /place/invitations": "session",
  "GET /place/audit": "seeAudit",
  "GET /place/health": "managePlace",
  "GET /api/session": "public",
  "POST /api/session": "public",
  "DELETE /api/session": "session",
  "GET /api/ws": "session",
  "POST /api/join": "public",
  "GET /api/place": "public",
  "PATCH /api/place": "managePlace",
  "GET /api/place/audit": "seeAudit",
  "GET /api/place/people": "seePeople",
  "GET /api/invitations": "session",
  "POST /api/invitations": "inviteByLink",
  "DELETE /api/invitations/[invitation]": "session",
  "GET /api/people": "session",
  "GET /api/people/[person]": "session",
  "PATCH /api/people/[person]": "changeRoles",
  "PUT /api/people/[person]/mute": "mute",
  "DELETE /api/people/[person]/mute": "mute",
  "PUT /api/people/[person]/ban": "ban",
  "DELETE /api/people/[person]/ban": "ban",
  "DELETE /api/people/[person]/sessions": "ban",
  "GET /api/search": "search",
  "GET /api/mentions": "session",
  "POST /api/uploads": "upload",
  "DELETE /api/uploads/[upload]": "session",
  "GET /api/rooms": "session",
  "POST /api/rooms": "createOpenRoom",
  "POST /api/rooms/direct": "createDirectRoom",
  "GET /api/rooms/[room]": "read",
  "PATCH /api/rooms/[room]": "manage",
  "PUT /api/rooms/[room]/membership": "follow",
  "DELETE /api/rooms/[room]/membership": "leave",
  "GET /api/rooms/[room]/messages/[message]": "read",
  "GET /api/rooms/[room]/messages/[message]/versions": "read",
  "PUT /api/rooms/[room]/notify": "read",
  "PUT /api/rooms/[room]/people/[person]": "invite",
  "DELETE /api/rooms/[room]/people/[person]": "remove",
  "GET /api/rooms/[room]/pins": "read",
  "POST /api/account/passkeys": "account",
  "POST /api/account/passkeys/options": "public",
  "POST /api/account/proof": "account",
};

/** Whether this role may do that in a room to which it stands so. */
export function mayInRoom(
  role: Role,
  action: RoomAction,
  standing: Standing,
): boolean {
  return ROOM_ACTIONS[action][standing.kind](role, standing);
}

/** Whether this role may do that in the place. */
export function may(role: Role, action: PlaceAction): boolean {
  return PLACE_ACTIONS[action](role);
}

/** Lets pass who may do that in the place; others are refused with `forbidden`. */
export function require(who: Who, action: PlaceAction): void {
  if (!may(who.role, action)) throw new Refusal("forbidden");
}

const RANK: readonly Role[] = ["guest", "member", "admin", "owner"];

/** Whether one role stands above another: only then may it mute, ban or change it. */
export function outranks(role: Role, other: Role): boolean {
  return RANK.indexOf(role) > RANK.indexOf(other);
}
