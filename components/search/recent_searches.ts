/** What was searched for before, kept by this device for each person. */

const MOST = 6;

/** The newest first; none where the browser keeps nothing. */
export function recentSearches(person: string): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(person)) ?? "");
    if (!Array.isArray(kept)) return [];
    return kept.filter((one) => typeof one === "string").slice(0, MOST);
  } catch {
    return [];
  }
}

/** Puts a search before all others. */
export function rememberSearch(person: string, text: string): void {
  const others = recentSearches(person).filter((one) => one !== text);
  const kept = [text, ...others].slice(0, MOST);
  try {
    localStorage.setItem(keyOf(person), JSON.stringify(kept));
  } catch {
    // Without storage there is nothing to remember it by.
  }
}

/** Forgets them all. */
export function forgetSearches(person: string): void {
  try {
    localStorage.removeItem(keyOf(person));
  } catch {
    // Nothing was kept.
  }
}

function keyOf(person: string): string {
  return `atoll-searches/${person}`;
}
