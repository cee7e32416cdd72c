/** The app: middlewares and routes in the order they were added. */
import { STATUS_CODES } from "node:http";
import {
  Context,
  type FreshConfig,
  HttpError,
  type Middleware,
  type ResolvedFreshConfig,
} from "./context.ts";
import type { Method } from "./define.ts";
import { compareRouteIds, fileToPattern, METHODS, Router } from "./router.ts";
import { answer, compose, type Route, Segment } from "./segments.ts";
import { shared } from "./shared.ts";
import { EMPTY_SNAPSHOT, type RouteFile, type Snapshot } from "./snapshot.ts";

/** Where to listen. */
export type ListenOptions = Partial<
  Deno.ServeTcpOptions & Deno.TlsCertifiedKeyPem
>;

type Handler = (
  request: Request,
  info?: Deno.ServeHandlerInfo,
) => Promise<Response>;

// deno-lint-ignore no-explicit-any
type Routes = Router<Middleware<any>>;
type Step = (root: Segment, router: Routes) => void;

const UNKNOWN_INFO = {
  remoteAddr: { transport: "tcp", hostname: "localhost", port: 1234 },
  completed: Promise.resolve(),
} as Deno.ServeHandlerInfo;

/** Gives the app what a build found; the way in for builder and server. */
// deno-lint-ignore no-explicit-any
export let setSnapshot: (app: App<any>, snapshot: Snapshot) => void;

/** Middlewares and routes, and the function that answers requests with them. */
export class App<State> {
  /** The app's settings. */
  config: ResolvedFreshConfig;
  #steps: Step[] = [];
  #snapshot: Snapshot = EMPTY_SNAPSHOT;

  static {
    setSnapshot = (app, snapshot) => {
      app.#snapshot = snapshot;
      app.config.root = snapshot.root;
      app.config.mode = snapshot.development ? "development" : "production";
      shared.buildId = snapshot.buildId;
    };
  }

  /** An app without routes. */
  constructor(config: FreshConfig = {}) {
    const defaults = { trustProxy: false, mode: "production" } as const;
    this.config = { ...defaults, ...config, root: ".", basePath: "" };
  }

  /** Adds middlewares for all that is added after them, or all below a path. */
  use(...middlewares: Middleware<State>[]): this;
  use(path: string, ...middlewares: Middleware<State>[]): this;
  use(
    first: string | Middleware<State>,
    ...rest: Middleware<State>[]
  ): this {
    const path = typeof first === "string" ? first : "*";
    const all = typeof first === "string" ? rest : [first, ...rest];
    return this.#add((root) => root.at(parts(path)).middlewares.push(...all));
  }

  /** Adds a page or function that answers when nothing matches. */
  notFound(route: Route | Middleware<State>): this {
    return this.#add((root) => root.notFound = asRoute(route));
  }

  /** Adds a page or function that answers errors below a path. */
  onError(path: string, route: Route | Middleware<State>): this {
    return this.#add((root) => root.at(parts(path)).error = asRoute(route));
  }

  /** Answers GET and HEAD requests. */
  get(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#on(["GET"], path, middlewares);
  }
  /** Answers POST requests. */
  post(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#on(["POST"], path, middlewares);
  }
  /** Answers PUT requests. */
  put(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#on(["PUT"], path, middlewares);
  }
  /** Answers PATCH requests. */
  patch(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#on(["PATCH"], path, middlewares);
  }
  /** Answers DELETE requests. */
  delete(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#on(["DELETE"], path, middlewares);
  }
  /** Answers requests of every method. */
  all(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#on(METHODS, path, middlewares);
  }

  /** Adds the files in `routes/`. */
  fsRoutes(): this {
    return this.#add((root, router) => {
      const files = [...this.#snapshot.routes];
      files.sort((a, b) => compareRouteIds(a.id, b.id));
      for (const file of files) addFile(file, root, router);
    });
  }

  /** The function that answers requests. */
  handler(): Handler {
    const root = new Segment();
    const router: Routes = new Router();
    for (const step of this.#steps) step(root, router);
    const fallback = compose(root.chain());
    return (req, info = UNKNOWN_INFO) =>
      this.#answer(router, fallback, req, info);
  }

  /** Serves the app. */
  async listen(options: ListenOptions = {}): Promise<void> {
    await Deno.serve({ port: 8000, ...options }, this.handler()).finished;
  }

  #add(step: Step): this {
    this.#steps.push(step);
    return this;
  }

  #on(methods: Method[], path: string, middlewares: Middleware<State>[]): this {
    return this.#add((root, router) => {
      const folder = root.at(parts(path));
      const run = compose([...folder.chain(), ...middlewares]);
      for (const method of methods) {
        router.add(method, path === "*" ? "/*" : path, run);
      }
    });
  }

  async #answer(
    router: Routes,
    fallback: Middleware<State>,
    req: Request,
    info: Deno.ServeHandlerInfo,
  ): Promise<Response> {
    const url = this.#addressOf(req);
    const { pattern, item, allowed, params } = router.match(req.method, url);
    const ctx = new Context<State>(
      req,
      url,
      info,
      pattern,
      params,
      this.config,
      this.#snapshot,
    );
    if (pattern !== null && item === undefined) {
      ctx.next = () => refuseMethod(req.method, allowed);
    }
    const response = await Promise.resolve((item ?? fallback)(ctx))
      .catch(answerError);
    return req.method === "HEAD" ? new Response(null, response) : response;
  }

  #addressOf(req: Request): URL {
    const url = new URL(req.url);
    // Keeps `//host` from being taken for another host in redirects.
    url.pathname = url.pathname.replace(/\/+/g, "/");
    if (!this.config.trustProxy) return url;
    url.protocol = req.headers.get("x-forwarded-proto") ?? url.protocol;
    url.host = req.headers.get("x-forwarded-host") ?? url.host;
    return url;
  }
}

/** The levels of a path: `/rooms/:room` → `rooms`, `:room`. */
const parts = (path: string) =>
  path.split("/").filter((part) => part !== "" && part !== "*");

// deno-lint-ignore no-explicit-any
const asRoute = (route: Route | Middleware<any>): Route =>
  typeof route === "function" ? { handler: route } : route;

/** A folder's rule, or a route that loads when it is first asked for. */
function addFile(file: RouteFile, root: Segment, router: Routes): void {
  const names = file.id.split("/");
  const folder = root.at(
    names.slice(0, -1).map((name) => fileToPattern(name).slice(1) || name),
  );
  if (file.module !== undefined) return addRule(names.at(-1)!, folder, file);
  const load = async () => toRoute(await file.load!());
  let route: Promise<Route> | undefined;
  const run = compose([...folder.chain(), async (ctx) => {
    return await answer(ctx, await (route ??= load()));
  }]);
  const pattern = fileToPattern(file.id);
  for (const method of METHODS) router.add(method, pattern, run);
}

function addRule(name: string, folder: Segment, { id, module }: RouteFile) {
  if (name === "_middleware") {
    const found = module.handler ?? module.handlers ?? module.default;
    folder.middlewares.push(...[found].flat());
  } else if (name === "_layout") folder.layout = toRoute(module);
  else if (name === "_app") folder.app = toRoute(module);
  else if (name === "_error") folder.error = toRoute(module);
  else throw new Error(`Unknown special route file: ${id}`);
}

// deno-lint-ignore no-explicit-any
function toRoute(module: any): Route {
  const handler = module.handler ?? module.handlers;
  if (handler === undefined && module.default === undefined) {
    throw new Error("A route file must export a component or a handler");
  }
  return { handler, component: module.default, config: module.config };
}

function refuseMethod(method: string, allowed: string[]): Promise<Response> {
  if (method !== "OPTIONS") return Promise.reject(new HttpError(405));
  const headers = { Allow: allowed.join(", ") };
  return Promise.resolve(new Response(null, { status: 204, headers }));
}

/** What is answered when no error page did. */
function answerError(error: unknown): Response {
  const status = error instanceof HttpError ? error.status : 500;
  if (status >= 500) console.error(error);
  const text = error instanceof HttpError
    ? error.message || STATUS_CODES[status]
    : "Internal server error";
  return new Response(text, { status });
}
