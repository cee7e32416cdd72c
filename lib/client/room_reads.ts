/** What a page asks of a room's past over HTTP, when it is wanted. */
import type { ErrorCode, Message, Person } from "../protocol.ts";

/** A message as of the room's entry `seq`, and who reacted to it. */
export interface FoundMessage {
  message: Message;
  seq: number;
  people: Person[];
}

/** A body that a message has or had. */
export interface Version {
  /** Since when, in milliseconds since 1970. */
  at: number;
  body: string;
  mentions?: Person[];
}

/** Why something could not be read: an error's code, or `no_connection`. */
export class ReadFailure extends Error {
  /** Takes the reason. */
  constructor(readonly code: ErrorCode | "no_connection") {
    super(code);
  }
}

/** One message; null when there is none. Throws a {@link ReadFailure}. */
export async function readMessage(
  room: string,
  id: string,
): Promise<FoundMessage | null> {
  try {
    return await read(`${room}/messages/${id}`);
  } catch (error) {
    const isGone = error instanceof ReadFailure && error.code === "no_message";
    if (isGone) return null;
    throw error;
  }
}

/** What a message says and said before, the newest first. Throws a {@link ReadFailure}. */
export async function readVersions(
  room: string,
  id: string,
): Promise<{ versions: Version[]; more: boolean }> {
  return await read(`${room}/messages/${id}/versions`);
}

/** The messages pinned last, the last first. Throws a {@link ReadFailure}. */
export async function readPins(
  room: string,
): Promise<{ messages: Message[]; more: boolean }> {
  return await read(`${room}/pins`);
}

/** Tells of actions in a room whether one may do them. Throws a {@link ReadFailure}. */
export async function readRights(
  room: string,
): Promise<(action: string) => boolean> {
  const { may } = await read<{ may: string[] }>(room);
  return (action) => may.includes(action);
}

/** People with this in their names. Throws a {@link ReadFailure}. */
export async function findPeople(query: string): Promise<Person[]> {
  const path = `/api/people?q=${encodeURIComponent(query)}`;
  return (await get<{ people: Person[] }>(path)).people;
}

function read<T>(path: string): Promise<T> {
  return get(`/api/rooms/${path}`);
}

async function get<T>(path: string): Promise<T> {
  const response = await fetch(path, { cache: "no-store" }).catch(() => null);
  if (response === null) throw new ReadFailure("no_connection");
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  throw new ReadFailure(body?.error?.code ?? "internal");
}
