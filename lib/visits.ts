/** What a request tells of whoever tries to come in. */
import { cookieOf } from "./cookies.ts";
import type { Config } from "./config.ts";
import type { Visit } from "./credentials.ts";
import { deviceOf } from "./devices.ts";
import { clientAddress, pageOrigin, publicUrl } from "./origins.ts";
import type { PasskeySite } from "./passkeys.ts";
import { newToken } from "./sessions.ts";

/** Binds challenges to the browser that asked for them. */
const COOKIE = "atoll_browser";

/** From which address and device a request comes. */
export function visitOf(
  request: Request,
  info: Deno.ServeHandlerInfo | undefined,
  config: Config,
): Visit {
  const address = clientAddress(request, info, config);
  return { address, device: deviceOf(request.headers) };
}

/** Where passkeys of a request's page belong. */
export function passkeySiteOf(request: Request, config: Config): PasskeySite {
  const browser = cookieOf(request.headers, COOKIE) ?? "";
  return { origin: pageOrigin(request, config), browser };
}

/**
 * The same for a browser that asks for a challenge, with the `Set-Cookie`
 * value that tells it apart from others.
 */
export function markedSiteOf(
  request: Request,
  config: Config,
): { site: PasskeySite; cookie: string } {
  const site = passkeySiteOf(request, config);
  const browser = site.browser || newToken();
  const secure = publicUrl(request, config).protocol === "https:";
  const cookie = `${COOKIE}=${browser}; Path=/; HttpOnly; SameSite=Strict` +
    (secure ? "; Secure" : "");
  return { site: { ...site, browser }, cookie };
}
