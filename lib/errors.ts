/** One table of everything that can be refused, for frames, HTTP and pages. */
import type { ErrorCode } from "./protocol.ts";

interface ErrorInfo {
  /** The HTTP status that says the same. */
  status: number;
  /** Whether the same request may succeed later without a change. */
  retry: boolean;
  /** What happened and what to do, for developers. */
  message: string;
}

/** Status, whether retrying helps, and the cure, by code. */
export const ERRORS: Readonly<Record<ErrorCode, ErrorInfo>> = {
  bad_json: {
    status: 400,
    retry: false,
    message: "Expected a JSON object",
  },
  bad_frame: {
    status: 400,
    retry: false,
    message: "A field is missing or of the wrong type: see docs/protocol.md",
  },
  unknown_type: {
    status: 400,
    retry: false,
    message: "This type of frame is unknown: see docs/protocol.md",
  },
  frame_too_big: {
    status: 413,
    retry: false,
    message: "A frame may have 64 KiB, a form 256 KiB: send less at once",
  },
  empty: {
    status: 422,
    retry: false,
    message: "A message needs at least one visible character",
  },
  too_long: {
    status: 422,
    retry: false,
    message: "A message may have 8,000 characters and 32 KiB: split it",
  },
  no_room: {
    status: 404,
    retry: false,
    message: "There is no such room, or it may not be seen",
  },
  no_message: {
    status: 404,
    retry: false,
    message: "There is no such message in this room",
  },
  not_yours: {
    status: 403,
    retry: false,
    message: "Only the author may change a message",
  },
  deleted: {
    status: 410,
    retry: false,
    message: "The message was deleted",
  },
  id_taken: {
    status: 409,
    retry: false,
    message: "This id was used for something else: mint a new one",
  },
  out_of_order: {
    status: 409,
    retry: true,
    message: "An earlier post to this room was refused: repeat or withdraw it",
  },
  too_fast: {
    status: 429,
    retry: true,
    message: "Too many requests: wait, then try again",
  },
  too_many_connections: {
    status: 429,
    retry: true,
    message:
      "A person may have 20 connections, an address ATOLL_CONNECTIONS_PER_ADDRESS: close some",
  },
  too_many_joins: {
    status: 429,
    retry: false,
    message: "A connection may have 500 rooms on screen: leave some first",
  },
  too_many_rooms: {
    status: 429,
    retry: true,
    message: "You made ATOLL_ROOMS_PER_HOUR rooms: wait, then try again",
  },
  too_many_newcomers: {
    status: 429,
    retry: true,
    message:
      "ATOLL_NEWCOMERS_PER_HOUR people came in from this address: try again later",
  },
  here_too_often: {
    status: 429,
    retry: false,
    message: "You called everybody often: wait a minute, or leave @here out",
  },
  body_too_slow: {
    status: 408,
    retry: true,
    message: "The request's body came too slowly: send it again",
  },
  bad_query: {
    status: 422,
    retry: false,
    message: "A part of the query can't be understood: see docs/protocol.md",
  },
  too_broad: {
    status: 422,
    retry: false,
    message: "The search took too long: add a word, a room or a day",
  },
  unavailable: {
    status: 503,
    retry: true,
    message: "The server can't store anything right now: try again shortly",
  },
  stopping: {
    status: 503,
    retry: true,
    message: "The server is restarting: try again shortly",
  },
  name_empty: {
    status: 422,
    retry: false,
    message: "A name needs at least one letter or digit",
  },
  name_too_long: {
    status: 422,
    retry: false,
    message: "A name may have 40 characters",
  },
  name_characters: {
    status: 422,
    retry: false,
    message: "A name can't contain control, formatting or direction characters",
  },
  name_reserved: {
    status: 422,
    retry: false,
    message: "This name is reserved: choose another",
  },
  name_taken: {
    status: 409,
    retry: false,
    message: "This name, or one that looks like it, is taken: choose another",
  },
  password_short: {
    status: 422,
    retry: false,
    message: "A password needs at least 10 characters",
  },
  password_long: {
    status: 422,
    retry: false,
    message: "A password may have 200 characters",
  },
  password_common: {
    status: 422,
    retry: false,
    message: "This password is among the first to be guessed: choose another",
  },
  password_name: {
    status: 422,
    retry: false,
    message: "A password can't consist of the name: choose another",
  },
  bad_credentials: {
    status: 401,
    retry: false,
    message: "The name and the password, code or passkey don't fit together",
  },
  proof_needed: {
    status: 403,
    retry: false,
    message: "Confirm at /settings/account that it is you, then try again",
  },
  last_credential: {
    status: 409,
    retry: false,
    message: "An account keeps a password or a passkey: add another one first",
  },
  last_owner: {
    status: 409,
    retry: false,
    message: "The place needs an owner: make somebody else one first",
  },
  passkey_failed: {
    status: 422,
    retry: false,
    message: "The passkey could not be verified: start again",
  },
  bad_picture: {
    status: 422,
    retry: false,
    message: "Expected a JPEG, PNG or WebP picture of at most 5 MB",
  },
  unauthorized: {
    status: 401,
    retry: false,
    message: "No valid session: get one from POST /api/session",
  },
  forbidden_origin: {
    status: 403,
    retry: false,
    message: "Requests from this origin are not allowed: see ATOLL_ORIGINS",
  },
  not_a_websocket: {
    status: 426,
    retry: false,
    message: "Expected a WebSocket handshake",
  },
  cannot_leave: {
    status: 422,
    retry: false,
    message: "Everyone stays in the lobby",
  },
  bad_retention: {
    status: 422,
    retry: false,
    message: "Messages are kept for 1 to 3650 days, or for ever",
  },
  topic_too_long: {
    status: 422,
    retry: false,
    message: "A topic may have 250 characters: shorten it",
  },
  file_too_big: {
    status: 413,
    retry: false,
    message: "The file is bigger than ATOLL_UPLOAD_LIMIT: send a smaller one",
  },
  too_many_uploads: {
    status: 429,
    retry: false,
    message: "Too many uploads wait for a message: post or delete some first",
  },
  upload_broken: {
    status: 400,
    retry: true,
    message: "The upload broke off: send the file again",
  },
  no_file: {
    status: 404,
    retry: false,
    message: "There is no such file or upload, or it may not be seen",
  },
  forbidden: {
    status: 403,
    retry: false,
    message: "Your role doesn't allow this: ask an owner or an admin",
  },
  muted: {
    status: 403,
    retry: false,
    message: "You may not write for now: see who keeps order here",
  },
  archived: {
    status: 409,
    retry: false,
    message: "The room is archived: it can be read, but not written to",
  },
  removed: {
    status: 403,
    retry: false,
    message: "You were sent out of this room: come back later",
  },
  no_person: {
    status: 404,
    retry: false,
    message: "There is no such person here",
  },
  room_needed: {
    status: 422,
    retry: false,
    message: "A guest's link opens one room: choose it",
  },
  bad_reaction: {
    status: 422,
    retry: false,
    message: "A reaction is one emoji",
  },
  too_many_reactions: {
    status: 422,
    retry: false,
    message: "A message takes 20 kinds of reactions and 500 of them in all",
  },
  banned: {
    status: 403,
    retry: false,
    message: "You may not come in for now: see until when, and why",
  },
  no_credentials: {
    status: 409,
    retry: false,
    message: "Guests have no way to sign in again: they get no role",
  },
  no_invitation: {
    status: 404,
    retry: false,
    message: "The invitation is unknown, over or used up: ask for another",
  },
  invitation_needed: {
    status: 403,
    retry: false,
    message: "Only people with an invitation may come in: ask for one",
  },
  wrong_code: {
    status: 403,
    retry: false,
    message:
      "The code is wrong or was used: until there is an owner, each start of the server prints another",
  },
  internal: {
    status: 500,
    retry: true,
    message: "Something went wrong on the server: try again",
  },
};

/** A request that is refused, with its place in {@link ERRORS}. */
export class Refusal extends Error {
  /** Which entry of {@link ERRORS} this is. */
  readonly code: ErrorCode;
  /** Milliseconds after which trying again makes sense. */
  readonly wait: number | undefined;

  /** Makes the refusal; `wait` is in milliseconds. */
  constructor(code: ErrorCode, wait?: number) {
    super(ERRORS[code].message);
    this.code = code;
    this.wait = wait;
  }
}
