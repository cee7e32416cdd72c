/** Which message another one answers, in a line above it. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Message } from "../lib/protocol.ts";
import { excerptOf } from "./excerpt.ts";
import { Icon } from "./icons.tsx";
import type { MessageActions } from "./message_actions.ts";
import { shownName } from "./person_name.ts";
import { useTabIndex } from "./tab_stops.ts";
import { useWords } from "./words.ts";

interface QuoteProps {
  id: string;
  /** The message; null where there is none any more, undefined until it is known. */
  original: Message | null | undefined;
  actions: MessageActions;
}

/** Its author and first line; leads to it. */
export function Quote({ id, original, actions }: QuoteProps): JSX.Element {
  const t = useWords();
  const tabIndex = useTabIndex();
  const isUnknown = original === undefined;
  useEffect(() => {
    if (isUnknown) actions.lookUp(id);
  }, [id, isUnknown]);
  if (original === null) {
    return (
      <p class="quote">
        <Icon name="reply" size={14} />
        <span class="ellipsis">{t("message.original_gone")}</span>
      </p>
    );
  }
  return (
    <a
      class="quote"
      href={actions.linkTo(original ?? { id })}
      tabIndex={tabIndex}
    >
      <Icon name="reply" size={14} />
      {original === undefined
        ? <span class="ellipsis">{t("message.original")}</span>
        : (
          <>
            <span class="visually-hidden">{`${t("message.answers")} `}</span>
            <bdi class="quote-author">{shownName(original.name, t)}</bdi>{" "}
            <bdi class="ellipsis" dir="auto">{excerptOf(original, t)}</bdi>
          </>
        )}
    </a>
  );
}
