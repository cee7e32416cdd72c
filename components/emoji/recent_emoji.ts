/** The emoji one chose last, kept in the browser; nothing breaks without storage. */
const KEY = "atoll.emoji";
const MOST_KEPT = 24;

/** The last first. */
export function recentEmoji(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    if (!Array.isArray(kept)) return [];
    return kept.filter((one) => typeof one === "string").slice(0, MOST_KEPT);
  } catch {
    return [];
  }
}

/** Puts an emoji first. */
export function rememberEmoji(emoji: string): void {
  const kept = [emoji, ...recentEmoji().filter((one) => one !== emoji)];
  try {
    localStorage.setItem(KEY, JSON.stringify(kept.slice(0, MOST_KEPT)));
  } catch {
    // Full or forbidden: it was chosen all the same.
  }
}
