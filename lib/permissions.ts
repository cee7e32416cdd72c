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
  // Who wants into an open room goes there: this lets in again who was sent out.
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
