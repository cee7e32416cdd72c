/** Whom one answers, above the text box. */
import type { JSX } from "preact";
import { Icon } from "./icons.tsx";
import { shownName } from "./person_name.ts";
import type { ReplyTarget } from "./use_reply.ts";
import { useWords } from "./words.ts";

/** The author, the first line, and a way out. */
export function ReplyBar(
  { target: { name, excerpt }, onCancel }: {
    target: ReplyTarget;
    onCancel: () => void;
  },
): JSX.Element {
  const t = useWords();
  return (
    <div class="reply-bar" role="status">
      <Icon name="reply" size={16} />
      <span class="visually-hidden">{`${t("composer.answers")} `}</span>
      <bdi class="quote-author">{shownName(name, t)}</bdi>{" "}
      <bdi class="ellipsis" dir="auto">{excerpt}</bdi>
      <button
        type="button"
        class="icon-button"
        aria-label={t("composer.answer_not")}
        title={t("composer.answer_not")}
        onClick={onCancel}
      >
        <Icon name="close" size={16} />
      </button>
    </div>
  );
}
