/** The way to searching. */
import type { JSX } from "preact";
import { Icon } from "../icons.tsx";
import { useWords } from "../words.ts";

/** A magnifier: it opens the dialog, or without scripts the page. */
export function SearchLink(
  { onSearch }: { onSearch: () => void },
): JSX.Element {
  const t = useWords();
  return (
    <a
      class="icon-button"
      href="/search"
      aria-label={t("search.open")}
      title={t("search.open")}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        onSearch();
      }}
    >
      <Icon name="search" />
    </a>
  );
}
