/** Says on pages that send nothing what waits to be sent from a room's page. */
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { roomPath } from "../components/room_path.ts";
import { unsentOf } from "../lib/client/unsent.ts";
import { type Locale, type Strings, translator } from "../lib/translate.ts";

/** How often one looks again, in milliseconds: a page beside this one may send it. */
const LOOK_EVERY = 3_000;

/** A line above the page, with the way to a room; nothing where all is sent. */
export default function UnsentNote(
  { account, locale, strings }: {
    /** Id of oneself. */
    account: string;
    locale: Locale;
    strings: Strings;
  },
): JSX.Element {
  const t = useMemo(() => translator(locale, strings, "UTC"), [locale]);
  const { messages, changes, room } = useUnsent(account);
  return (
    <div class="unsent-note" role="status">
      {room !== null && (
        <>
          <span>
            {messages > 0 && t("connection.unsent", { count: messages })}
            {messages > 0 && changes > 0 && locale !== "zh-CN" && " "}
            {changes > 0 && t("connection.unsent_changes", { count: changes })}
          </span>
          <a href={wayTo(room)}>{t("connection.unsent_open")}</a>
        </>
      )}
    </div>
  );
}

/** The room's page; from that, where it only says what is wrong, any that sends. */
function wayTo(room: string): string {
  const path = roomPath(room);
  return location.pathname === path ? "/" : path;
}

function useUnsent(account: string) {
  const [unsent, setUnsent] = useState<Awaited<ReturnType<typeof unsentOf>>>(
    { messages: 0, changes: 0, room: null },
  );
  useEffect(() => {
    const look = async () => {
      if (document.visibilityState === "hidden") return;
      setUnsent(await unsentOf(account, Date.now()));
    };
    void look();
    const timer = setInterval(look, LOOK_EVERY);
    return () => clearInterval(timer);
  }, [account]);
  return unsent;
}
