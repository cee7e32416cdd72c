/** What the page asks the server besides its connection. */

/** An answer, or the code of why there is none: the server's, or the page's own. */
export type Answer<T> = { ok: true; body: T } | { ok: false; code: string };

/** Asks the API; never rejects. */
export async function askApi<T = unknown>(
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer<T>> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: { "content-type": "application/json" },
      ...body !== undefined && { body: JSON.stringify(body) },
    });
  } catch {
    return { ok: false, code: "no_connection" };
  }
  try {
    const text = await response.text();
    const answer = text === "" ? null : JSON.parse(text);
    return response.ok
      ? { ok: true, body: answer }
      : { ok: false, code: answer.error.code };
  } catch {
    // A proxy answered, or the answer was cut off.
    return { ok: false, code: "unavailable" };
  }
}
