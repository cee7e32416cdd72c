import { csrf, HttpError } from "fresh";
import { ErrorPage } from "../components/ErrorPage.tsx";
import { define } from "../lib/app.ts";
import { markStranger } from "../lib/bodies.ts";
import { ERRORS, Refusal } from "../lib/errors.ts";
import { negotiateLocale } from "../lib/locale.ts";
import { logError } from "../lib/logging.ts";
import { metrics } from "../lib/metrics.ts";
import {
  clientAddress,
  isAllowedOrigin,
  networkOf,
  publicUrl,
} from "../lib/origins.ts";
import { DEFAULT_FACE } from "../lib/place.ts";
import type { ErrorCode } from "../lib/protocol.ts";
import { BadQuery } from "../lib/search_query.ts";
import { cookieToken, sessionCookie, usesCookie } from "../lib/sessions.ts";

/** Here, since what is thrown further out is rendered without a policy. */
const errors = define.middleware(async (ctx) => {
  ctx.state.locale = negotiateLocale(ctx.req.headers);
  ctx.state.session = null;
  ctx.state.place = DEFAULT_FACE;
  try {
    if (ctx.state.atoll.isStopping) throw new Refusal("stopping");
    return await ctx.next();
  } catch (error) {
    const { status, code } = statusOf(error);
    if (code !== null) metrics.refused.add(code);
    if (status === 500) logError(error);
    if (isForPrograms(ctx.url.pathname)) {
      return errorResponse(status, code, error);
    }
    ctx.state.failed = true;
    return await ctx.render(
      <ErrorPage status={status} code={code} locale={ctx.state.locale} />,
      { status },
    );
  }
});

/** Writing with the cookie needs a page of ours; reading is not `csrf()`'s concern. */
const origins = csrf({
  origin: (origin, ctx) =>
    isAllowedOrigin(origin, ctx.req, ctx.state.atoll.config),
});

const unsaidOrigins = define.middleware((ctx) => {
  const { method, headers } = ctx.req;
  const safe = ["GET", "HEAD", "OPTIONS"].includes(method);
  const said = headers.has("origin") || headers.has("sec-fetch-site");
  if (!safe && !said && usesCookie(ctx.req)) {
    throw new Refusal("forbidden_origin");
  }
  return ctx.next();
});

const identify = define.middleware(async (ctx) => {
  const { atoll } = ctx.state;
  const session = await atoll.sessions.ofRequest(ctx.req);
  ctx.state.session = session;
  if (session === null) {
    const address = clientAddress(ctx.req, ctx.info, atoll.config);
    markStranger(ctx.req, networkOf(address));
  }
  if (!isForPrograms(ctx.url.pathname)) {
    ctx.state.place = await atoll.place.settings();
  }
  const response = await ctx.next();
  const token = cookieToken(ctx.req);
  if (session?.extended && token && usesCookie(ctx.req)) {
    const url = publicUrl(ctx.req, atoll.config);
    response.headers.append("set-cookie", sessionCookie(token, url));
  }
  return response;
});

export default [errors, origins, unsaidOrigins, identify];

function isForPrograms(path: string): boolean {
  return path.startsWith("/api/") || path === "/healthz";
}

function statusOf(error: unknown): { status: number; code: ErrorCode | null } {
  if (error instanceof Refusal) {
    return { status: ERRORS[error.code].status, code: error.code };
  }
  if (error instanceof HttpError) {
    const code = error.status === 403 ? "forbidden_origin" : null;
    return { status: error.status, code };
  }
  return { status: 500, code: "internal" };
}

function errorResponse(
  status: number,
  code: ErrorCode | null,
  error: unknown,
): Response {
  const headers = new Headers();
  if (error instanceof Refusal && error.wait !== undefined) {
    headers.set("retry-after", String(Math.ceil(error.wait / 1_000)));
  }
  const message = code === null ? "Not found" : ERRORS[code].message;
  const said = { code: code ?? "not_found", message };
  const { problem, part } = error instanceof BadQuery ? error : {};
  return Response.json({ error: { ...said, problem, part } }, {
    status,
    headers,
  });
}
