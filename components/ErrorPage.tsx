/** What went wrong and what to do, as a page. */
import type { JSX } from "preact";
import { type Locale, type TextKey, translator } from "../lib/locale.ts";
import type { ErrorCode } from "../lib/protocol.ts";
import { BrandMark } from "./Brand.tsx";
import { PageTitle } from "./PageTitle.tsx";
import { Page } from "./Page.tsx";

interface ErrorPageProps {
  /** The HTTP status. */
  status: number;
  /** What was refused, where it is known. */
  code: ErrorCode | null;
  locale: Locale;
}

/** The page for every status from 400 up. */
export function ErrorPage(
  { status, code, locale }: ErrorPageProps,
): JSX.Element {
  const t = translator(locale);
  const kind = kindOf(status);
  // What the table says of a 404 or a fault is less than the page's own words.
  const hint = code === null || kind === "not_found" || kind === "failed"
    ? t(`page.${kind}_hint` as TextKey)
    : t.error(code);
  return (
    <Page t={t} me={null} narrow>
      <PageTitle parts={[t(`page.${kind}`)]} />
      <div class="notice">
        <BrandMark size={56} />
        <h1>{t(`page.${kind}`)}</h1>
        <p>{hint}</p>
        <p class="row">
          <a class="button primary" href="/rooms">{t("app.back")}</a>
        </p>
        <small>{t("page.code", { status: String(status) })}</small>
      </div>
    </Page>
  );
}

function kindOf(status: number) {
  if (status === 404 || status === 410) return "not_found";
  if (status === 401 || status === 403) return "forbidden";
  if (status === 429) return "too_fast";
  if (status === 503) return "unavailable";
  return status >= 500 ? "failed" : "bad_request";
}
