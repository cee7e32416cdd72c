import { define } from "../../lib/app.ts";
import type { Connection } from "../../lib/connection.ts";
import { Refusal } from "../../lib/errors.ts";
import {
  clientAddress,
  isAllowedOrigin,
  networkOf,
} from "../../lib/origins.ts";
import { CLOSE, SUBPROTOCOL } from "../../lib/protocol.ts";
import { usesCookie } from "../../lib/sessions.ts";
import { upgrade } from "../../lib/upgrade.ts";

export const handler = define.handlers({
  GET({ req, info, url, state: { atoll, session } }) {
    if (req.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      throw new Refusal("not_a_websocket");
    }
    // Any page may open a WebSocket to us, and the browser adds our cookie.
    const origin = req.headers.get("origin");
    if (usesCookie(req) && !isAllowedOrigin(origin, req, atoll.config)) {
      throw new Refusal("forbidden_origin");
    }
    const network = networkOf(clientAddress(req, info, atoll.config));
    if (!session) throw atoll.strangers.refuse(network);
    // A page may be older than its cookie, and must not speak for another (C1).
    const person = url.searchParams.get("person") ?? session.person.id;
    if (person !== session.person.id) throw new Refusal("unauthorized");

    const seat = atoll.seats.take(person, network);
    let connection: Connection | undefined;
    const response = upgrade(req, {
      opened(socket) {
        if (seat.keep()) connection = atoll.connect(socket, session);
        else socket.close(CLOSE.tooSlow, "too_slow 1000");
      },
      received: (data) => connection?.receive(data),
      ended(code) {
        seat.leave();
        connection?.ended(code);
      },
    });
    if (!response) {
      seat.leave();
      throw new Refusal("not_a_websocket");
    }
    // Not by an option of the runtime: it throws on lists without a space behind the comma.
    if (offers(req, SUBPROTOCOL)) {
      response.headers.set("sec-websocket-protocol", SUBPROTOCOL);
    }
    return response;
  },
});

function offers(request: Request, protocol: string): boolean {
  const offered = request.headers.get("sec-websocket-protocol") ?? "";
  return offered.split(",").some((name) => name.trim() === protocol);
}
