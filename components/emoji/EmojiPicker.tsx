/** Where one chooses an emoji; what is behind it loads when it opens. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useWords } from "../words.ts";
import type { EmojiGrid } from "./EmojiGrid.tsx";
import { type EmojiIndex, loadEmoji } from "./emoji_index.ts";

/** Whom the picker tells. */
export interface EmojiPickerProps {
  /** The character that was chosen; the picker stays open. */
  onPick: (emoji: string) => void;
  /** Esc. */
  onClose: () => void;
}

type Loaded = { Grid: typeof EmojiGrid; index: EmojiIndex };

/** Takes the place of all emoji from the start, so that nothing moves. */
export function EmojiPicker(
  { onPick, onClose }: EmojiPickerProps,
): JSX.Element {
  const t = useWords();
  const [loaded, setLoaded] = useState<Loaded | "failed" | null>(null);
  useEffect(() => {
    let wanted = true;
    Promise.all([import("./EmojiGrid.tsx"), loadEmoji(t.locale)]).then(
      ([{ EmojiGrid: Grid }, index]) => wanted && setLoaded({ Grid, index }),
      () => wanted && setLoaded("failed"),
    );
    return () => {
      wanted = false;
    };
  }, [t.locale]);
  return (
    <div
      class="emoji-picker"
      role="group"
      aria-label={t("emoji.list")}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      {loaded === null || loaded === "failed"
        ? (
          <p class="hint" role="status">
            {t(loaded === null ? "emoji.loading" : "emoji.failed")}
          </p>
        )
        : <loaded.Grid index={loaded.index} onPick={onPick} />}
    </div>
  );
}
