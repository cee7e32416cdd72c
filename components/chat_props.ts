/** What the server hands to the room page's island. */
import type { PlaceFace } from "../lib/place.ts";
import type {
  ErrorCode,
  MeFrame,
  MessagesFrame,
  Person,
  RoomKind,
} from "../lib/protocol.ts";
import type { Locale, Strings } from "../lib/translate.ts";

/** A room as far as the page shows it. */
export interface ShownRoom {
  id: string;
  slug: string;
  name: string;
  kind: RoomKind;
  topic: string;
  archived: boolean;
  /** Of direct rooms: the others. */
  people: readonly Person[];
}

/** A message to show; `message` is null where there is no such message any more. */
export interface Target {
  message: { id: string; seq?: number } | null;
}

/** A message form that the server refused: the text and why. */
export interface Refused {
  text: string;
  code: ErrorCode;
}

/** Everything the room page starts from. */
export interface ChatProps {
  me: MeFrame;
  /** How the place shows itself. */
  place: PlaceFace;
  room: ShownRoom;
  /** The room's newest messages. */
  page: MessagesFrame;
  locale: Locale;
  strings: Strings;
  /** IANA name of the time zone in which the page was rendered. */
  zone: string;
  /** When the page was rendered, in milliseconds since 1970. */
  now: number;
  /** Bytes that a file may have. */
  uploadLimit: number;
  /** Id for a message posted as an ordinary form. */
  postId: string;
  refused: Refused | null;
  /** One owns the place, and would lose it with the cookie. */
  mustKeep: boolean;
  /** One was let into this room alone: there are no others for one. */
  oneRoom: boolean;
  /** The message to which the address leads, or null for the newest. */
  target: Target | null;
}
