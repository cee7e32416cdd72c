/** Types of handlers and the functions that infer them. */
import type { AnyComponent } from "preact";
import type { Context, Middleware, PageProps } from "./context.ts";

/** A request's method. */
export type Method =
  | "HEAD"
  | "GET"
  | "POST"
  | "PATCH"
  | "PUT"
  | "DELETE"
  | "OPTIONS";

/** What a handler gives its page, with the response's status and headers. */
export interface PageResponse<T> {
  /** The page's `data`. */
  data: T;
  /** Headers of the response. */
  headers?: HeadersInit | undefined;
  /** Status of the response. */
  status?: number | undefined;
}

/** Answers a request, or gives its page data. */
export interface HandlerFn<Data, State> {
  (ctx: Context<State>):
    | Response
    | PageResponse<Data>
    | Promise<Response | PageResponse<Data>>;
}

/** A handler for each method. */
export type HandlerByMethod<Data, State> = {
  [M in Method]?: HandlerFn<Data, State>;
};

/** One handler for all methods, or one for each. */
export type RouteHandler<Data, State> =
  | HandlerFn<Data, State>
  | HandlerByMethod<Data, State>;

type PageOptions = Omit<PageResponse<unknown>, "data">;

/** Has the page rendered without data. */
export function page(): PageResponse<undefined>;
/** Has the page rendered with the data. */
export function page<T>(data: T, options?: PageOptions): PageResponse<T>;
export function page<T>(data?: T, options?: PageOptions): PageResponse<T> {
  return { data: data as T, ...options };
}

/** Functions that return what they get, so that TypeScript infers the types. */
export interface Define<State> {
  /** A route's handlers. */
  handlers<
    Data,
    Handlers extends RouteHandler<Data, State> = RouteHandler<Data, State>,
  >(handlers: Handlers): typeof handlers;
  /** A page, which gets the data of the handlers it names. */
  page<
    // deno-lint-ignore no-explicit-any
    Handler extends RouteHandler<any, State> = never,
    Data = Handler extends HandlerFn<infer Data, State> ? Data
      : Handler extends HandlerByMethod<infer Data, State> ? Data
      : never,
  >(render: AnyComponent<PageProps<Data, State>>): typeof render;
  /** One middleware or several. */
  middleware<M extends Middleware<State> | Middleware<State>[]>(
    middleware: M,
  ): typeof middleware;
  /** A layout. */
  layout(render: AnyComponent<PageProps<unknown, State>>): typeof render;
}

/** The define functions of an app with this state. */
export function createDefine<State>(): Define<State> {
  return {
    handlers: (handlers) => handlers,
    page: (render) => render,
    middleware: (middleware) => middleware,
    layout: (render) => render,
  };
}
