/** All emoji, a group at a time, and those that a search finds. */
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { TextKey } from "../../lib/translate.ts";
import { isComposing } from "../keys.ts";
import { useWords } from "../words.ts";
import { type Emoji, EMOJI_GROUPS, type EmojiIndex } from "./emoji_index.ts";
import { recentEmoji, rememberEmoji } from "./recent_emoji.ts";

/** Emoji in a row, as the style sheet has it. */
const COLUMNS = 8;
const MOST_FOUND = 64;

interface Group {
  key: TextKey;
  /** Stands for the group on its button. */
  sign: string;
  emoji: readonly Emoji[];
}

/** A search field, buttons of the groups, and a grid that arrow keys walk. */
export function EmojiGrid(
  { index, onPick }: { index: EmojiIndex; onPick: (emoji: string) => void },
): JSX.Element {
  const t = useWords();
  const groups = useMemo(() => groupsOf(index), [index]);
  const [query, setQuery] = useState("");
  const [shown, setShown] = useState(0);
  const [current, setCurrent] = useState(0);
  const grid = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const searching = query.trim() !== "";
  const emoji = useMemo(
    () => searching ? index.search(query, MOST_FOUND) : groups[shown]!.emoji,
    [searching, query, index, groups, shown],
  );
  useEffect(() => {
    // A touch would raise the keyboard over what one came for.
    if (matchMedia("(hover: hover)").matches) field.current?.focus();
    else cellAt(grid.current, 0)?.focus();
  }, []);

  const pick = ({ emoji }: Emoji) => {
    rememberEmoji(emoji);
    onPick(emoji);
  };
  const focusCell = (at: number) => {
    setCurrent(at);
    cellAt(grid.current, at)?.focus();
  };
  const show = (group: number) => {
    setShown(group);
    setCurrent(0);
    setQuery("");
  };
  const onFieldKey = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    if (event.key === "ArrowDown") focusCell(0);
    else if (event.key === "Enter" && searching && emoji.length > 0) {
      pick(emoji[0]!);
    } else return;
    event.preventDefault();
  };
  const onGridKey = (event: KeyboardEvent) => {
    const next = nextCell(event.key, current, emoji.length);
    if (next === null) return;
    event.preventDefault();
    if (next < 0) field.current?.focus();
    else focusCell(next);
  };
  return (
    <>
      <input
        ref={field}
        type="search"
        dir="auto"
        aria-label={t("emoji.search")}
        placeholder={t("emoji.search")}
        autocomplete="off"
        value={query}
        onKeyDown={onFieldKey}
        onInput={(event) => {
          setQuery(event.currentTarget.value);
          setCurrent(0);
        }}
      />
      <div class="emoji-groups" role="group" aria-label={t("emoji.groups")}>
        {groups.map(({ key, sign }, group) => (
          <button
            key={key}
            type="button"
            aria-label={t(key)}
            title={t(key)}
            aria-pressed={!searching && group === shown ? "true" : "false"}
            onClick={() => show(group)}
          >
            {sign}
          </button>
        ))}
      </div>
      <div
        ref={grid}
        class="emoji-grid"
        role="grid"
        dir="ltr"
        aria-label={searching ? t("emoji.list") : t(groups[shown]!.key)}
        onKeyDown={onGridKey}
      >
        {rowsOf(emoji).map((row, y) => (
          <div key={y} role="row">
            {row.map((one, x) => {
              const at = y * COLUMNS + x;
              return (
                <span key={one.emoji} role="gridcell">
                  <button
                    type="button"
                    aria-label={one.label}
                    title={one.label}
                    tabIndex={at === current ? 0 : -1}
                    onFocus={() => setCurrent(at)}
                    onClick={() => pick(one)}
                  >
                    {one.emoji}
                  </button>
                </span>
              );
            })}
          </div>
        ))}
      </div>
      <p class="hint" aria-live="polite">
        {emoji.length === 0 ? t("emoji.none") : ""}
      </p>
    </>
  );
}

/** The recent ones first, if there are any. */
function groupsOf(index: EmojiIndex): Group[] {
  const groups = EMOJI_GROUPS.map((name, at): Group => ({
    key: `emoji.${name}`,
    sign: index.groups[at]![0]!.emoji,
    emoji: index.groups[at]!,
  }));
  const recent = recentEmoji().map((emoji): Emoji => ({
    emoji,
    label: index.labelOf(emoji),
    names: [],
    tags: [],
  }));
  if (recent.length === 0) return groups;
  return [{ key: "emoji.recent", sign: "🕘", emoji: recent }, ...groups];
}

/** Where a key leads; -1 for out of the grid, null for a key that leads nowhere. */
function nextCell(key: string, at: number, length: number): number | null {
  const step = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -COLUMNS,
    ArrowDown: COLUMNS,
    Home: -(at % COLUMNS),
    End: COLUMNS - 1 - at % COLUMNS,
  }[key];
  if (step === undefined) return null;
  if (key === "ArrowUp" && at < COLUMNS) return -1;
  return Math.max(0, Math.min(length - 1, at + step));
}

function cellAt(grid: HTMLElement | null, at: number): HTMLElement | undefined {
  return grid?.querySelectorAll("button")[at];
}

function rowsOf(emoji: readonly Emoji[]): Emoji[][] {
  return Array.from(
    { length: Math.ceil(emoji.length / COLUMNS) },
    (_, row) => emoji.slice(row * COLUMNS, (row + 1) * COLUMNS),
  );
}
