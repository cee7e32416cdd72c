import { HttpError } from "fresh";
import { ErrorPage } from "../components/ErrorPage.tsx";
import { define } from "../lib/app.ts";
import { ERRORS, Refusal } from "../lib/errors.ts";
import { negotiateLocale } from "../lib/locale.ts";

/** Shown for what no middleware has caught. */
export default define.page(({ error, req }) => {
  const locale = negotiateLocale(req.headers);
  if (error instanceof Refusal) {
    const { status } = ERRORS[error.code];
    return <ErrorPage status={status} code={error.code} locale={locale} />;
  }
  const status = error instanceof HttpError ? error.status : 500;
  return <ErrorPage status={status} code={null} locale={locale} />;
});
