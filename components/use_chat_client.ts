/** The connection of a page, from first paint to the end of the tab. */
import { useEffect, useReducer, useState } from "preact/hooks";
import { checkSession, socketUrl, watchPage } from "../lib/client/browser.ts";
import { ChatClient } from "../lib/client/chat_client.ts";
import { TabOutbox } from "./tab_outbox.ts";
import type { ChatProps } from "./chat_props.ts";

/**
 * The page's client, with the room open from what the server rendered. It
 * connects once the page lives; the component renders again with every change.
 */
export function useChatClient(props: ChatProps): ChatClient {
  const [client] = useState(() => createClient(props));
  const [, changed] = useReducer((count: number, _: void) => count + 1, 0);
  useEffect(() => {
    const stopListening = client.subscribe(() => changed());
    const stopWatching = watchPage(client);
    client.start();
    return () => {
      stopWatching();
      stopListening();
      client.stop();
    };
  }, []);
  return client;
}

function createClient({ me, room, page }: ChatProps): ChatClient {
  const client = new ChatClient({
    // The server renders with a client that never starts.
    url: typeof location === "undefined" ? "" : socketUrl(),
    me,
    person: me.person,
    checkSession,
    outbox: new TabOutbox(me.person.id),
  });
  client.open(room.id, { ...page, reset: true });
  return client;
}
