/** Asks the server while one types what to look for. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { SearchPage } from "../../lib/search.ts";
import type { QueryProblem } from "../../lib/search_query.ts";

/** Why a search failed: a code, and for `bad_query` what is wrong with which part. */
export interface SearchFailure {
  code: string;
  problem?: QueryProblem;
  part?: string;
}

/** What is known of a search. */
export interface SearchState {
  /** The text that `page` or `failure` is for. */
  query: string;
  loading: boolean;
  page: SearchPage | null;
  failure: SearchFailure | null;
}

/** Milliseconds without a key after which a search begins. */
const REST = 300;

const NOTHING: SearchState = {
  query: "",
  loading: false,
  page: null,
  failure: null,
};

/** The search for a text: it begins when one rests, or at once by `now`. */
export function useSearch(text: string): {
  state: SearchState;
  now: () => void;
  more: () => void;
} {
  const [state, setState] = useState(NOTHING);
  const running = useRef<AbortController>(null);
  const query = text.trim();

  const run = (older: SearchPage | null) => {
    running.current?.abort();
    if (query === "") return setState(NOTHING);
    const { signal } = running.current = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    ask(query, older?.before ?? null, signal).then(
      (page) => {
        const results = [...older?.results ?? [], ...page.results];
        setState({ ...NOTHING, query, page: { ...page, results } });
      },
      (failure: SearchFailure) => {
        if (!signal.aborted) setState({ ...NOTHING, query, failure });
      },
    );
  };
  useEffect(() => {
    const timer = setTimeout(() => run(null), query === "" ? 0 : REST);
    return () => clearTimeout(timer);
  }, [query]);
  useEffect(() => () => running.current?.abort(), []);

  return { state, now: () => run(null), more: () => run(state.page) };
}

async function ask(
  query: string,
  before: number | null,
  signal: AbortSignal,
): Promise<SearchPage> {
  const values = new URLSearchParams({ q: query });
  if (before !== null) values.set("before", String(before));
  const response = await fetch(`/api/search?${values}`, { signal }).catch(
    () => Promise.reject({ code: "no_connection" }),
  );
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw body.error ?? { code: "internal" };
  return body;
}
