/** The connection of a page, from first paint to the end of the tab. */
import { useEffect, useReducer, useState } from "preact/hooks";
import { checkSession, socketUrl, watchPage } from "../lib/client/browser.ts";
import { ChatClient } from "../lib/client/chat_client.ts";
import type { DeliveryWatch } from "../lib/client/delivery_watch.ts";
import type { Person } from "../lib/protocol.ts";
import { PageOutbox } from "../lib/client/page_outbox.ts";
import type { ChatProps } from "./chat_props.ts";
import { Trays } from "./files/use_trays.ts";

/** The page's client, and where it keeps what is unsent. */
export interface PageClient {
  client: ChatClient;
  /** Null on the server. */
  outbox: PageOutbox | null;
  /** What is being attached. */
  trays: Trays;
  /** Begins to connect. */
  start: () => void;
}

/**
 * The page's client, with the room open from what the server rendered. It
 * connects once the page lives; the component renders again with every change.
 */
export function useChatClient(props: ChatProps): PageClient {
  const [made] = useState(() => createClient(props));
  const [, changed] = useReducer((count: number, _: void) => count + 1, 0);
  const { client, trays, start } = made;
  useEffect(() => {
    let status = client.status;
    const stopListening = client.subscribe(() => {
      if (client.status === "connected" && status !== "connected") {
        trays.retryUnsent();
      }
      status = client.status;
      changed();
    });
    const stopWatching = watchPage(client);
    const onBeforeUnload = (event: BeforeUnloadEvent) => {
      if (trays.isBusy || isLeavingTextBehind(client)) event.preventDefault();
    };
    addEventListener("beforeunload", onBeforeUnload);
    start();
    return () => {
      removeEventListener("beforeunload", onBeforeUnload);
      stopWatching();
      stopListening();
      client.stop();
    };
  }, []);
  return made;
}

function createClient(
  { me, room, page, uploadLimit }: ChatProps,
): PageClient {
  // The server renders with a client that never starts.
  const isPage = typeof document !== "undefined";
  const { person } = me;
  const outbox = isPage ? new PageOutbox(person.id) : null;
  const watch = isPage ? watched(person) : null;
  const client = new ChatClient({
    url: isPage ? socketUrl(person.id) : "",
    me,
    person,
    checkSession: () => checkSession(person.id),
    ...(outbox === null ? {} : { outbox }),
    ...(watch === null ? {} : { createSocket: watch.createSocket }),
  });
  client.open(room.id, { ...page, reset: true });
  const start = () =>
    watch === null ? client.start() : void watch.start(client);
  const trays = new Trays(client, uploadLimit, outbox);
  return { client, outbox, trays, start };
}

/** Null where the page was built to be served: nothing of it is in there. */
function watched(person: Person): Watched | null {
  if (process.env.NODE_ENV === "development") return new Watched(person);
  return null;
}

/** Has the whole delivery checker look on. */
class Watched {
  readonly #person: Person;
  #watch: DeliveryWatch | undefined;

  constructor(person: Person) {
    this.#person = person;
  }

  createSocket = (url: string, protocols: string[]) =>
    this.#watch!.createSocket(url, protocols);

  async start(client: ChatClient): Promise<void> {
    const { DeliveryWatch } = await import("../lib/client/delivery_watch.ts");
    this.#watch = new DeliveryWatch(this.#person, console.error);
    client.subscribe(() => this.#watch!.look(client.rooms.values()));
    client.start();
  }
}

/** Whether what is unsent would be gone with the page. */
function isLeavingTextBehind(client: ChatClient): boolean {
  return !client.durable &&
    [...client.rooms.values()].some(({ pending }) => pending.length > 0);
}
