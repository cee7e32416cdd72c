/** Which people and rooms a beginning of their name may mean. */

/** The most that are offered. */
export const MOST_OFFERED = 20;

/** Those with the query at the start of their name, then of a word, then inside. */
export function findNames<T>(
  candidates: readonly T[],
  query: string,
  nameOf: (candidate: T) => string,
): T[] {
  const wanted = fold(query);
  return candidates
    .map((candidate) => ({
      candidate,
      rank: rankOf(fold(nameOf(candidate)), wanted),
    }))
    .filter(({ rank }) => rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST_OFFERED)
    .map(({ candidate }) => candidate);
}

function rankOf(name: string, wanted: string): number {
  const at = name.indexOf(wanted);
  if (at <= 0) return at < 0 ? 3 : 0;
  return /[\p{L}\p{N}]/u.test(name[at - 1]!) ? 2 : 1;
}

function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}
