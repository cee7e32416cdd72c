import { define } from "../../lib/app.ts";
import type { Connection } from "../../lib/connection.ts";
import { Refusal } from "../../lib/errors.ts";
import { isAllowedOrigin } from "../../lib/origins.ts";
import { SUBPROTOCOL } from "../../lib/protocol.ts";
import { usesCookie } from "../../lib/sessions.ts";

/** Seconds of silence after which the runtime pings, and then gives up on, a peer. */
const IDLE_TIMEOUT = 30;

export const handler = define.handlers({
  GET(ctx) {
    const { req, state: { atoll, session } } = ctx;
    if (req.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      throw new Refusal("not_a_websocket");
    }
    // Any page may open a WebSocket to us, and the browser adds our cookie.
    const origin = req.headers.get("origin");
    if (usesCookie(req) && !isAllowedOrigin(origin, req, atoll.config)) {
      throw new Refusal("forbidden_origin");
    }
    if (!session) throw new Refusal("unauthorized");
    // A page may be older than its cookie, and must not speak for another (C1).
    const person = ctx.url.searchParams.get("person") ?? session.person.id;
    if (person !== session.person.id) throw new Refusal("unauthorized");

    const { socket, response } = upgrade(req);
    // Not by the option: it throws on lists without a space behind the comma.
    if (offers(req, SUBPROTOCOL)) {
      response.headers.set("sec-websocket-protocol", SUBPROTOCOL);
    }
    let connection: Connection | undefined;
    socket.onopen = () => connection = atoll.connect(socket, session);
    socket.onmessage = ({ data }) => connection?.receive(data);
    // The runtime may fire these twice, or only one of them (D4).
    socket.onclose = ({ code }) => connection?.ended(code);
    socket.onerror = () => connection?.ended();
    return response;
  },
});

function upgrade(request: Request): Deno.WebSocketUpgrade {
  try {
    return Deno.upgradeWebSocket(request, { idleTimeout: IDLE_TIMEOUT });
  } catch {
    // A handshake without its key, for example.
    throw new Refusal("not_a_websocket");
  }
}

function offers(request: Request, protocol: string): boolean {
  const offered = request.headers.get("sec-websocket-protocol") ?? "";
  return offered.split(",").some((name) => name.trim() === protocol);
}
