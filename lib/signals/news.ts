/** News that machines tell each other: doorbells, presence, typing. */
import * as v from "valibot";
import { isUuid } from "../db/uuid.ts";
import type { Person } from "../protocol.ts";

/** A room's log grew, up to an entry (L6). */
export interface Grew {
  kind: "grew";
  room: string;
  seq: number;
  posts: number;
}

/** A room's floor rose; `posts` messages lay below it (L8). */
export interface TrimmedNews {
  kind: "trimmed";
  room: string;
  floor: number;
  posts: number;
}

/** A room has other settings. */
export interface ChangedRoom {
  kind: "changed";
  room: string;
}

/** A person's read cursor moved (D6). */
export interface Moved {
  kind: "moved";
  person: string;
  room: string;
  seq: number;
  posts: number;
  version: number;
}

/** A person's rooms or mentions are not what they were, or more than that. */
export interface ChangedPerson {
  kind: "person";
  person: string;
  /** Their sessions or rights are not, either (D5). */
  standing: boolean;
}

/** A person has another name or picture. */
export interface Named {
  kind: "named";
  person: Person;
}

/**
 * Who has a room on their screen by one machine: state, so the newest is all
 * that matters. Ids instead of people where these are too many to be listed.
 */
export interface PresentNews {
  kind: "present";
  room: string;
  machine: string;
  people: Person[];
  ids: string[];
}

/** Someone began or ceased to write. */
export interface TypingNews {
  kind: "typing";
  room: string;
  machine: string;
  person: Person;
  on: boolean;
}

/** A machine runs. */
export interface Alive {
  kind: "alive";
  machine: string;
}

/** Asks who is present in a room, or in all rooms. */
export interface WhoAsked {
  kind: "who";
  room: string | null;
}

/** Anything that is told. */
export type News =
  | Grew
  | TrimmedNews
  | ChangedRoom
  | Moved
  | ChangedPerson
  | Named
  | PresentNews
  | TypingNews
  | Alive
  | WhoAsked;

const id = v.pipe(v.string(), v.check(isUuid));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const person = v.object({
  id,
  name: v.string(),
  picture: v.exactOptional(v.string()),
});

const schema = v.variant("kind", [
  v.object({ kind: v.literal("grew"), room: id, seq: count, posts: count }),
  v.object({
    ...{ kind: v.literal("trimmed"), room: id, floor: count, posts: count },
  }),
  v.object({ kind: v.literal("changed"), room: id }),
  v.object({
    ...{ kind: v.literal("moved"), person: id, room: id },
    ...{ seq: count, posts: count, version: count },
  }),
  v.object({
    ...{ kind: v.literal("person"), person: id, standing: v.boolean() },
  }),
  v.object({ kind: v.literal("named"), person }),
  v.object({
    ...{ kind: v.literal("present"), room: id, machine: id },
    ...{ people: v.array(person), ids: v.array(id) },
  }),
  v.object({
    ...{ kind: v.literal("typing"), room: id, machine: id, person },
    on: v.boolean(),
  }),
  v.object({ kind: v.literal("alive"), machine: id }),
  v.object({ kind: v.literal("who"), room: v.nullable(id) }),
]);

const envelope = v.object({ from: id, news: v.array(v.unknown()) });

/** What one machine told at once. */
export interface Told {
  from: string;
  news: News[];
  /** How much of it could not be read: damaged, or from a newer version. */
  unread: number;
}

/** Reads what a machine told; null for what is nothing of the kind. */
export function readTold(text: string): Told | null {
  const told = v.safeParse(envelope, parse(text));
  if (!told.success) return null;
  const read = told.output.news.map((one) => v.safeParse(schema, one));
  const news = read.flatMap((one): News[] => one.success ? [one.output] : []);
  return { from: told.output.from, news, unread: read.length - news.length };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Encodes what is told at once, in ASCII, so that its length is its size. */
export function encodeTold(from: string, news: readonly News[]): string {
  return JSON.stringify({ from, news }).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Under which subject news is told: a machine hears those it cares for. */
export function subjectOf(news: News): string {
  switch (news.kind) {
    case "grew":
    case "trimmed":
    case "changed":
      return roomSubject(news.room);
    case "moved":
    case "person":
      return personSubject(news.person);
    case "present":
    case "typing":
      return screenSubject(news.room);
    case "who":
      return news.room === null ? EVERYONE : screenSubject(news.room);
    case "named":
    case "alive":
      return EVERYONE;
  }
}

/** Heard by every machine. */
export const EVERYONE = "all";

/** A room's log and settings. */
export function roomSubject(room: string): string {
  return `room.${room}`;
}

/** Who has a room on their screen, and who is writing there. */
export function screenSubject(room: string): string {
  return `screen.${room}`;
}

/** A person's standing, rooms and cursors. */
export function personSubject(person: string): string {
  return `person.${person}`;
}

/** News under the same key replaces older news that was not told yet. */
export function keyOf(news: News): string {
  const { kind } = news;
  switch (kind) {
    case "grew":
    case "trimmed":
    case "changed":
      return `${kind} ${news.room}`;
    case "present":
      return `${kind} ${news.room} ${news.machine}`;
    case "moved":
      return `${kind} ${news.person} ${news.room}`;
    case "person":
      return `${kind} ${news.person} ${news.standing}`;
    case "named":
      return `${kind} ${news.person.id}`;
    case "typing":
      return `${kind} ${news.room} ${news.person.id}`;
    case "alive":
      return `${kind} ${news.machine}`;
    case "who":
      return `${kind} ${news.room}`;
  }
}
