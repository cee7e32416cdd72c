/** What a search found. */
import type { ComponentChildren, JSX } from "preact";
import type { FoundMessage } from "../../lib/db/search_reads.ts";
import type { SearchPage } from "../../lib/search.ts";
import type { TextKey, Translator } from "../../lib/translate.ts";
import { roomPath } from "../room_path.ts";
import { reasonOf, useWords } from "../words.ts";
import type { SearchFailure } from "./use_search.ts";

/** Why a search failed, for a person. */
export function failureText(t: Translator, failure: SearchFailure): string {
  const { code, problem, part = "" } = failure;
  if (problem) return t(`search.problem.${problem}` as TextKey, { part });
  return code === "too_fast" ? t("search.too_fast") : reasonOf(t, code);
}

interface SearchResultsProps {
  query: string;
  page: SearchPage;
  /** A message was chosen. */
  onChoose?: () => void;
  /** Leads to older ones, where there are some. */
  more: ComponentChildren;
}

/** The messages found, the newest first, or that there are none. */
export function SearchResults(
  { query, page, onChoose, more }: SearchResultsProps,
): JSX.Element {
  const t = useWords();
  const { results, before, indexing } = page;
  return (
    <>
      {results.length === 0 && (
        <div class="notice small">
          <p dir="auto">{t("search.none", { query })}</p>
          <p class="hint">{t("search.none_hint")}</p>
        </div>
      )}
      <ol class="found" aria-label={t("search.results")}>
        {results.map((found) => (
          <li key={found.id}>
            <a href={addressOf(found)} onClick={onChoose}>
              <FoundHead found={found} />
              <span class="found-text" dir="auto">
                <Excerpt {...found} />
              </span>
            </a>
          </li>
        ))}
      </ol>
      {indexing && <p class="hint">{t("search.indexing")}</p>}
      {before !== null && more}
    </>
  );
}

/** The message in its room. */
function addressOf({ room, seq, id }: FoundMessage): string {
  return `${roomPath(room.slug)}?at=${seq}#m-${id}`;
}

function FoundHead({ found }: { found: FoundMessage }): JSX.Element {
  const t = useWords();
  const { at, name, room } = found;
  return (
    <span class="found-head">
      <bdi class="found-name">{name}</bdi>
      <bdi class="found-room ellipsis">
        {room.kind === "direct" ? t("rooms.direct") : `#${room.name}`}
      </bdi>
      <time dateTime={new Date(at).toISOString()}>
        {`${t.shortDate(at)} ${t.time(at)}`}
      </time>
    </span>
  );
}

/** A part of a message with what matches marked. */
function Excerpt(
  { excerpt, marks }: Pick<FoundMessage, "excerpt" | "marks">,
): JSX.Element {
  const ends = [0, ...marks.flat(), excerpt.length];
  // Every other piece is a match.
  return (
    <>
      {ends.slice(1).map((end, index) => (
        <Piece
          key={index}
          text={excerpt.slice(ends[index], end)}
          isMatch={index % 2 === 1}
        />
      ))}
    </>
  );
}

function Piece(
  { text, isMatch }: { text: string; isMatch: boolean },
): JSX.Element {
  return isMatch ? <mark>{text}</mark> : <>{text}</>;
}
