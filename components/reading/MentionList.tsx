/** The messages that mention one. */
import type { ComponentChildren, JSX } from "preact";
import type { FoundMention, MentionsPage } from "../../lib/inbox.ts";
import { plainText } from "../excerpt.ts";
import { shownName } from "../person_name.ts";
import { messagePath } from "../room_path.ts";
import { useWords } from "../words.ts";

/** The newest first; each leads to its place in its room. */
export function MentionList({ page, more }: {
  page: MentionsPage;
  /** Leads to older ones, where there are some. */
  more: ComponentChildren;
}): JSX.Element {
  const t = useWords();
  const { mentions, before } = page;
  if (mentions.length === 0) {
    return (
      <div class="notice small">
        <p>{t("mentions.none")}</p>
        <p class="hint">{t("mentions.none_hint")}</p>
      </div>
    );
  }
  return (
    <>
      <ol class="found" aria-label={t("mentions.title")}>
        {mentions.map((found) => (
          <li key={`${found.room.id}/${found.id}`}>
            <Mention found={found} />
          </li>
        ))}
      </ol>
      {before !== null && more}
    </>
  );
}

function Mention({ found }: { found: FoundMention }): JSX.Element {
  const t = useWords();
  const { at, author, room, excerpt, unread } = found;
  return (
    <a
      class={unread ? "mention-item new" : "mention-item"}
      href={messagePath(room.slug, found)}
    >
      <span class="found-head">
        <bdi class="found-name">{shownName(author.name, t)}</bdi>
        <bdi class="found-room ellipsis">
          {room.kind === "direct" ? t("rooms.direct") : `#${room.name}`}
        </bdi>
        {unread && <small class="mention-new">{t("mentions.unread")}</small>}
        <time dateTime={new Date(at).toISOString()}>
          {`${t.shortDate(at)} ${t.time(at)}`}
        </time>
      </span>
      <span class="found-text" dir="auto">{plainText(excerpt)}</span>
    </a>
  );
}
