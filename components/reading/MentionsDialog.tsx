/** What mentions one, over the page. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { MentionsPage } from "../../lib/inbox.ts";
import { Modal } from "../Modal.tsx";
import { useWords } from "../words.ts";
import { MentionList } from "./MentionList.tsx";

/** A list in which arrows move and Enter opens. */
export function MentionsDialog(
  { onClose }: { onClose: () => void },
): JSX.Element {
  const t = useWords();
  const body = useRef<HTMLDivElement>(null);
  const [page, setPage] = useState<MentionsPage | null>(null);
  const [failed, setFailed] = useState(false);
  const load = (before: string | null) => {
    setFailed(false);
    read(before).then(
      (next) =>
        setPage((held) => ({
          ...next,
          mentions: [...held?.mentions ?? [], ...next.mentions],
        })),
      () => setFailed(true),
    );
  };
  useEffect(() => load(null), []);
  const isLoaded = page !== null;
  // Before the next key, which moves from there.
  useLayoutEffect(() => {
    body.current?.querySelector<HTMLElement>(".found a")?.focus();
  }, [isLoaded]);
  const again = (label: string) => (
    <button
      type="button"
      class="button"
      onClick={() => load(page?.before ?? null)}
    >
      {label}
    </button>
  );
  return (
    <Modal id="mentions-title" title={t("mentions.title")} onClose={onClose}>
      <div
        ref={body}
        class="search-dialog"
        onKeyDown={(event) =>
          moveFocus(event, body.current)}
      >
        <p class="search-status" role="status">
          {failed
            ? t("error.no_connection")
            : page === null
            ? t("mentions.loading")
            : ""}
        </p>
        {page !== null && (
          <MentionList page={page} more={again(t("mentions.more"))} />
        )}
        {failed && page === null && again(t("message.retry"))}
      </div>
    </Modal>
  );
}

async function read(before: string | null): Promise<MentionsPage> {
  const query = before === null ? "" : `?${new URLSearchParams({ before })}`;
  const response = await fetch(`/api/mentions${query}`, { cache: "no-store" });
  if (!response.ok) throw new Error(`Status ${response.status}`);
  return await response.json();
}

function moveFocus(event: KeyboardEvent, body: HTMLElement | null): void {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (step === undefined || body === null) return;
  const links = [...body.querySelectorAll<HTMLElement>(".found a")];
  const at = links.findIndex((link) => link === document.activeElement);
  const next = links[at < 0 && step < 0 ? links.length - 1 : at + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
