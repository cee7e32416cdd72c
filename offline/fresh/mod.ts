/**
 * Stand-in for `fresh` (`jsr:@fresh/core` 2.3.3) for machines that can't reach
 * JSR: the documented API as far as Atoll uses it. It leaves out partials,
 * client navigation, base paths, route overrides and JSX passed to islands.
 */
export { App, type ListenOptions } from "./app.ts";
export {
  Context,
  HttpError,
  type LayoutConfig,
  type LayoutConfig as RouteConfig,
  type Middleware,
  type PageProps,
  type ResolvedFreshConfig,
} from "./context.ts";
export {
  createDefine,
  type Define,
  type HandlerByMethod,
  type HandlerFn,
  type Method,
  page,
  type PageResponse,
  type RouteHandler,
} from "./define.ts";
export { csp, type CSPOptions, csrf, type CsrfOptions } from "./security.ts";
export { staticFiles } from "./static_files.ts";
