/** Tells guests who have settled in how to keep their name, and an owner how to keep the place. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Message, Person } from "../../lib/protocol.ts";
import { useWords } from "../words.ts";

/** After so many messages somebody may want to stay. */
const MESSAGES = 3;
const STORAGE_KEY = "atoll_keep_note";

/** A quiet line, until it is dismissed in this browser. */
export function KeepNote(
  { me, messages }: { me: Person; messages: readonly Message[] },
): JSX.Element | null {
  const t = useWords();
  const [wanted, setWanted] = useState(false);
  useEffect(() => setWanted(dismissedBy() !== me.id), [me.id]);
  const own = messages.filter(({ author }) => author === me.id).length;
  if (!wanted || own < MESSAGES) return null;
  const dismiss = () => {
    setWanted(false);
    try {
      localStorage.setItem(STORAGE_KEY, me.id);
    } catch {
      // Then it comes back with the next page.
    }
  };
  return (
    <aside class="keep-note" aria-label={t("settings.account")}>
      <p>{t("account.keep_note")}</p>
      <a class="button small" href="/settings/account">
        {t("account.keep_add")}
      </a>
      <button type="button" class="button small" onClick={dismiss}>
        {t("account.keep_dismiss")}
      </button>
    </aside>
  );
}

/** A quiet line, until the place can't be lost with a cookie any more. */
export function OwnerNote(): JSX.Element {
  const t = useWords();
  return (
    <aside class="keep-note" aria-label={t("settings.account")}>
      <p>{t("account.owner_note")}</p>
      <a class="button small" href="/settings/account">
        {t("account.keep_add")}
      </a>
    </aside>
  );
}

function dismissedBy(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}
