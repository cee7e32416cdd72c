/** Searching all rooms that one may read, over the page. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Translator } from "../../lib/translate.ts";
import { Icon } from "../icons.tsx";
import { isComposing } from "../keys.ts";
import { Modal } from "../Modal.tsx";
import { useWords } from "../words.ts";
import {
  forgetSearches,
  recentSearches,
  rememberSearch,
} from "./recent_searches.ts";
import { failureText, SearchResults } from "./SearchResults.tsx";
import { type SearchState, useSearch } from "./use_search.ts";

/** What the dialog needs to know. */
export interface SearchDialogProps {
  /** Who searches: their id. */
  person: string;
  onClose: () => void;
}

/** A field over a list: arrows move through what was found, Enter opens it. */
export function SearchDialog(
  { person, onClose }: SearchDialogProps,
): JSX.Element {
  const t = useWords();
  const [text, setText] = useState("");
  const { state, now, more } = useSearch(text);
  const body = useRef<HTMLDivElement>(null);
  const remember = () => rememberSearch(person, text.trim());
  return (
    <Modal id="search-title" title={t("search.title")} onClose={onClose}>
      <div
        ref={body}
        class="search-dialog"
        onKeyDown={(event) => moveFocus(event, body.current)}
      >
        <form
          class="search"
          role="search"
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim() !== "") remember();
            now();
          }}
        >
          <input
            type="search"
            dir="auto"
            aria-label={t("search.label")}
            placeholder={t("search.label")}
            autocomplete="off"
            autofocus
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <button type="submit" class="button">{t("search.go")}</button>
        </form>
        <p class="search-status" role="status">{statusText(t, state)}</p>
        {state.page !== null && (
          <SearchResults
            query={state.query}
            page={state.page}
            onChoose={remember}
            more={
              <button type="button" class="button" onClick={more}>
                {t("search.more")}
              </button>
            }
          />
        )}
        {text === "" && <Beginning person={person} onChoose={setText} />}
      </div>
    </Modal>
  );
}

function statusText(t: Translator, state: SearchState): string {
  if (state.loading) return t("search.loading");
  if (state.failure !== null) return failureText(t, state.failure);
  const count = state.page?.results.length ?? 0;
  if (count === 0) return "";
  return state.page!.before === null
    ? t("search.count", { count })
    : t("search.newest", { count });
}

/** What one searched for before, and what one can write. */
function Beginning(
  { person, onChoose }: { person: string; onChoose: (text: string) => void },
): JSX.Element {
  const t = useWords();
  const [recent, setRecent] = useState(() => recentSearches(person));
  return (
    <>
      {recent.length > 0 && (
        <section aria-label={t("search.recent")}>
          <div class="search-recent">
            <h3>{t("search.recent")}</h3>
            <button
              type="button"
              class="link-button"
              onClick={() => {
                forgetSearches(person);
                setRecent([]);
              }}
            >
              {t("search.forget")}
            </button>
          </div>
          <ul>
            {recent.map((one) => (
              <li key={one}>
                <button
                  type="button"
                  class="ghost search-again"
                  onClick={() => onChoose(one)}
                >
                  <Icon name="search" size={14} />
                  <bdi class="ellipsis">{one}</bdi>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <p class="hint">{t("search.help")}</p>
    </>
  );
}

/** Up and down through the field, what was found, and the buttons below. */
function moveFocus(event: KeyboardEvent, body: HTMLElement | null): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || isComposing(event) || body === null) return;
  const stops = [
    ...body.querySelectorAll<HTMLElement>(
      "input, li a, li button, ol ~ button",
    ),
  ];
  const at = stops.indexOf(document.activeElement as HTMLElement);
  const next = stops[at + step];
  if (at < 0 || next === undefined) return;
  event.preventDefault();
  next.focus();
}
