/** What a running Atoll consists of, and what each request carries. */
import { createDefine } from "fresh";
import type { Accounts } from "./accounts.ts";
import type { Config } from "./config.ts";
import type { Locale } from "./locale.ts";
import type { Messages } from "./messages.ts";
import type { Rooms } from "./rooms.ts";
import type { Session, Sessions } from "./sessions.ts";

/** The services of one running server. */
export interface Atoll {
  config: Config;
  accounts: Accounts;
  sessions: Sessions;
  rooms: Rooms;
  messages: Messages;
}

/** What middlewares put on every request. */
export interface State {
  atoll: Atoll;
  /** Who asks, or null for a stranger. */
  session: Session | null;
  locale: Locale;
}

/** Typed helpers for pages, handlers and middlewares. */
export const define = createDefine<State>();
