import { page } from "fresh";
import { PageTitle } from "../components/PageTitle.tsx";
import { Page } from "../components/Page.tsx";
import {
  failureText,
  SearchResults,
} from "../components/search/SearchResults.tsx";
import type { SearchFailure } from "../components/search/use_search.ts";
import { define } from "../lib/app.ts";
import { ERRORS, Refusal } from "../lib/errors.ts";
import { enterPath, seeOther } from "../lib/forms.ts";
import { translator, zoneOf } from "../lib/locale.ts";
import type { SearchPage } from "../lib/search.ts";

interface SearchData {
  query: string;
  found: SearchPage | null;
  failure: SearchFailure | null;
}

export const handler = define.handlers<SearchData>({
  async GET({ req, url, state: { atoll, session } }) {
    if (session === null) return seeOther(enterPath(url));
    const query = (url.searchParams.get("q") ?? "").trim();
    if (query === "") return page({ query, found: null, failure: null });
    const before = Number(url.searchParams.get("before") ?? NaN);
    try {
      const found = await atoll.search.find(session, query, {
        timeZone: zoneOf(req.headers),
        ...Number.isSafeInteger(before) && { before },
      });
      return page({ query, found, failure: null });
    } catch (failure) {
      if (!(failure instanceof Refusal)) throw failure;
      const { status } = ERRORS[failure.code];
      return page({ query, found: null, failure }, { status });
    }
  },
});

export default define.page<typeof handler>(({ data, req, state }) => {
  const t = translator(state.locale, zoneOf(req.headers));
  const { query, found, failure } = data;
  return (
    <Page t={t} me={state.session?.person ?? null}>
      <PageTitle parts={[t("search.title")]} />
      <h1>{t("search.title")}</h1>
      <form class="search" method="get" action="/search" role="search">
        <input
          type="search"
          name="q"
          value={query || undefined}
          autofocus={query === ""}
          dir="auto"
          aria-label={t("search.label")}
          aria-invalid={failure !== null ? "true" : undefined}
          aria-describedby="search-hint"
          placeholder={t("search.label")}
        />
        <button type="submit" class="button">{t("search.go")}</button>
      </form>
      <p id="search-hint" class="hint">
        {failure === null ? t("search.help") : failureText(t, failure)}
      </p>
      {found !== null && (
        <SearchResults
          query={query}
          page={found}
          more={
            <a class="button" href={olderHref(query, found)}>
              {t("search.more")}
            </a>
          }
        />
      )}
    </Page>
  );
});

function olderHref(query: string, { before }: SearchPage): string {
  return `/search?${new URLSearchParams({ q: query, before: `${before}` })}`;
}
