/** Reading ordinary HTML forms and the addresses they lead to. */
import { Refusal } from "./errors.ts";

/** The text fields of a posted form; throws a {@link Refusal} when it isn't one. */
export async function readForm(request: Request): Promise<URLSearchParams> {
  let form: FormData;
  try {
    form = await request.formData();
  } catch {
    throw new Refusal("bad_frame");
  }
  const fields = new URLSearchParams();
  for (const [name, value] of form) {
    if (typeof value === "string") fields.append(name, value);
  }
  return fields;
}

/** Answers a form with the next page to load, and cookies where there are any. */
export function seeOther(
  path: string,
  cookies: readonly string[] = [],
): Response {
  const headers = new Headers({ location: path });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
}

/** The path to go on to, if it is one of this site; else `/rooms/lobby`. */
export function nextPath(next: string | null, url: URL): string {
  const fallback = "/rooms/lobby";
  // Browsers read `//host` and `/\host` as another site.
  if (next === null || !/^\/(?![/\\])/.test(next)) return fallback;
  try {
    const target = new URL(next, url.origin);
    if (target.origin !== url.origin) return fallback;
    return target.pathname + target.search;
  } catch {
    return fallback;
  }
}

/** The start page that leads back here once a stranger has entered. */
export function enterPath(url: URL): string {
  return `/?next=${encodeURIComponent(url.pathname + url.search)}`;
}
