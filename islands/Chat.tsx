/**
 * The whole room page: rooms, conversation, people. The server renders the same
 * components, so that everything can be read, and posted to, without scripts.
 */
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { PlaceContext } from "../components/Brand.tsx";
import { ChatFrame } from "../components/ChatFrame.tsx";
import type { ChatProps } from "../components/chat_props.ts";
import { Words } from "../components/words.ts";
import { translator } from "../lib/translate.ts";

/** The live page of a room. */
export default function Chat(props: ChatProps): JSX.Element {
  const { locale, strings } = props;
  const zone = useZone(props.zone);
  const t = useMemo(() => translator(locale, strings, zone), [
    locale,
    strings,
    zone,
  ]);
  return (
    <Words.Provider value={t}>
      <PlaceContext.Provider value={props.place}>
        <ChatFrame {...props} />
      </PlaceContext.Provider>
    </Words.Provider>
  );
}

/**
 * The reader's time zone: first as the server thought, then as it is. A cookie
 * tells the server, so that next time both are the same.
 */
function useZone(served: string): string {
  const [zone, setZone] = useState(served);
  useEffect(() => {
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (here === served) return;
    const value = encodeURIComponent(here);
    document.cookie =
      `atoll_zone=${value}; Path=/; Max-Age=31536000; SameSite=Lax`;
    setZone(here);
  }, []);
  return zone;
}
