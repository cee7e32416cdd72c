/** The pinned messages of a room. */
import type { JSX } from "preact";
import { excerptOf } from "./excerpt.ts";
import { Icon } from "./icons.tsx";
import { shownName } from "./person_name.ts";
import { messagePath } from "./room_path.ts";
import type { Pins } from "./use_pins.ts";
import { focusNow } from "./ToolbarGroup.tsx";
import { useWords } from "./words.ts";

/** The column of details while it lists pins: each leads to its place. */
export function PinsColumn({ pins, slug, onClose }: {
  pins: Pins;
  slug: string;
  onClose: () => void;
}): JSX.Element {
  const t = useWords();
  return (
    <aside
      class="people pins"
      aria-label={t("pins.title")}
      data-region
      tabIndex={-1}
    >
      <div class="people-head">
        <h2 class="column-title">{t("pins.title")}</h2>
        <button
          type="button"
          class="icon-button"
          aria-label={t("pins.close")}
          ref={focusNow}
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      </div>
      <ul class="pin-list" aria-label={t("pins.title")}>
        {pins.messages.map((message) => (
          <li key={message.id}>
            <a href={messagePath(slug, message)}>
              <span class="pin-head">
                <bdi class="ellipsis">{shownName(message.name, t)}</bdi>
                <time dateTime={new Date(message.at).toISOString()}>
                  {t.shortDate(message.at)}
                </time>
              </span>
              <span class="pin-text" dir="auto">{excerptOf(message, t)}</span>
            </a>
          </li>
        ))}
      </ul>
      {pins.messages.length === 0 && <p class="people-note">{t("pins.none")}
      </p>}
      {pins.more && <p class="people-note">{t("pins.more")}</p>}
    </aside>
  );
}
