/** The app: middlewares and routes in the order they were added. */
import { STATUS_CODES } from "node:http";
import {
  Context,
  HttpError,
  type Middleware,
  type ResolvedFreshConfig,
} from "./context.ts";
import type { Method } from "./define.ts";
import { compareRouteIds, fileToPattern, METHODS, Router } from "./router.ts";
import { answer, compose, type Route, Segment } from "./segments.ts";
import { shared } from "./shared.ts";
import type { RouteFile, Snapshot } from "./snapshot.ts";

/** Where to listen. */
export type ListenOptions = Partial<
  Deno.ServeTcpOptions & Deno.TlsCertifiedKeyPem
>;

// deno-lint-ignore no-explicit-any
type Routes = Router<(ctx: Context<any>) => Promise<Response>>;
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
  config: ResolvedFreshConfig = { root: ".", basePath: "", mode: "production" };
  #steps: Step[] = [];
  #snapshot: Snapshot = {
    root: ".",
    buildId: "unbuilt",
    development: false,
    routes: [],
    islands: new Map(),
    files: new Map(),
  };

  static {
    setSnapshot = (app, snapshot) => {
      app.#snapshot = snapshot;
      app.config.root = snapshot.root;
      app.config.mode = snapshot.development ? "development" : "production";
      shared.buildId = snapshot.buildId;
    };
  }

  /** Adds middlewares for all that is added after them, or all below a path. */
  use(...middlewares: Middleware<State>[]): this;
  use(path: string, ...middlewares: Middleware<State>[]): this;
  use(first: string | Middleware<State>, ...rest: Middleware<State>[]): this {
    const [path, all] = typeof first === "string"
      ? [first, rest]
      : ["*", [first, ...rest]];
    this.#steps.push((root) => root.at(levels(path)).middlewares.push(...all));
    return this;
  }

  /** Answers GET and HEAD requests. */
  get(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#on(["GET"], path, middlewares);
  }

  /** Answers POST requests. */
  post(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#on(["POST"], path, middlewares);
  }

  /** Answers requests of every method. */
  all(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#on(METHODS, path, middlewares);
  }

  /** Adds the files in `routes/`. */
  fsRoutes(): this {
    this.#steps.push((root, router) => {
      const files = this.#snapshot.routes
        .toSorted((a, b) => compareRouteIds(a.id, b.id));
      for (const file of files) addFile(file, root, router);
    });
    return this;
  }

  /** The function that answers requests. */
  handler(): (
    req: Request,
    info?: Deno.ServeHandlerInfo,
  ) => Promise<Response> {
    const root = new Segment();
    const router: Routes = new Router();
    for (const step of this.#steps) step(root, router);
    const fallback = compose(root.chain());
    return async (req, info = UNKNOWN_INFO) => {
      const url = new URL(req.url);
      // Keeps `//host` from being taken for another host in redirects.
      url.pathname = url.pathname.replace(/\/+/g, "/");
      const { pattern, item, params } = router.match(req.method, url);
      const { config } = this;
      const request = { req, url, info, route: pattern, params, config };
      const ctx = new Context<State>(request, this.#snapshot);
      const isRefused = pattern !== null && item === undefined;
      ctx.next = () => Promise.reject(new HttpError(isRefused ? 405 : 404));
      const response = await (item ?? fallback)(ctx).catch(answerError);
      return req.method === "HEAD" ? new Response(null, response) : response;
    };
  }

  /** Serves the app. */
  async listen(options: ListenOptions = {}): Promise<void> {
    await Deno.serve({ port: 8000, ...options }, this.handler()).finished;
  }

  #on(methods: Method[], path: string, middlewares: Middleware<State>[]): this {
    this.#steps.push((root, router) => {
      const folder = root.at(levels(path));
      const run = compose([...folder.chain(), ...middlewares]);
      for (const method of methods) router.add(method, path, run);
    });
    return this;
  }
}

/** The levels of a path: `/rooms/:room` → `rooms`, `:room`. */
const levels = (path: string) =>
  path.split("/").filter((part) => /\w/.test(part));

/** Adds a folder's rule, or a route that loads when it is first asked for. */
function addFile(file: RouteFile, root: Segment, router: Routes): void {
  const names = file.id.split("/");
  const name = names.pop()!;
  // Groups, in brackets, have rules of their own but no part in the address.
  const folder = root.at(
    names.map((part) => levels(fileToPattern(part))[0] ?? part),
  );
  if (file.module) return addRule(folder, name, file.module);
  let route: Promise<Route> | undefined;
  const run = compose([...folder.chain(), async (ctx) => {
    return await answer(ctx, await (route ??= file.load().then(toRoute)));
  }]);
  for (const method of METHODS) router.add(method, fileToPattern(file.id), run);
}

// deno-lint-ignore no-explicit-any
function addRule(folder: Segment, name: string, module: any): void {
  if (name === "_middleware") {
    folder.middlewares.push(...[module.handler ?? module.default].flat());
  } else if (name === "_layout") folder.layout = toRoute(module);
  else if (name === "_app") folder.app = toRoute(module);
  else if (name === "_error") folder.error = toRoute(module);
  else throw new Error(`Unknown kind of route file: ${name}`);
}

// deno-lint-ignore no-explicit-any
function toRoute(module: any): Route {
  const { handler = module.handlers, default: component, config } = module;
  if (handler || component) return { handler, component, config };
  throw new Error("A route file must export a component or a handler");
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
