/** Composes the app; importing it opens nothing. */
import { App, csp, csrf, staticFiles } from "fresh";
import { type Atoll, openAtoll, type State } from "./lib/app.ts";
import { readConfig } from "./lib/config.ts";
import { identify, plainHttpPolicy } from "./lib/middlewares.ts";
import { isAllowedOrigin } from "./lib/origins.ts";

/** An app whose services are opened by the first request that needs them. */
export function createApp(open: () => Promise<Atoll>): App<State> {
  return new App<State>()
    .use(staticFiles())
    .use(plainHttpPolicy)
    .use(csp({ useNonce: true }))
    .use(async (ctx) => {
      ctx.state.atoll = await open();
      return await ctx.next();
    })
    .use(csrf({
      origin: (origin, ctx) =>
        isAllowedOrigin(origin, ctx.req, ctx.state.atoll.config),
    }))
    .use(identify)
    .fsRoutes();
}

let opened: Promise<Atoll> | undefined;

/** The services by the environment's settings, opened once. */
export function atoll(): Promise<Atoll> {
  return opened ??= openAtoll(readConfig(Deno.env));
}

export const app: App<State> = createApp(atoll);
