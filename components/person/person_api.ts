/** What the card of a person asks of the server. */
import type { KnownPerson } from "../../lib/order.ts";
import { untilOf } from "../place/spans.ts";
import { type Answer, askApi } from "../rooms/room_api.ts";

/** Someone, and what one may do about them. */
export function loadPerson(
  id: string,
): Promise<Answer<{ person: KnownPerson }>> {
  return askApi("GET", `/api/people/${id}`);
}

/** Takes the measure that a form of `PersonForms` asks for. */
export function takeMeasure(form: FormData): Promise<Answer<unknown>> {
  const path = `/api/people/${form.get("person")}`;
  const act = String(form.get("act"));
  if (act === "role") return askApi("PATCH", path, { role: form.get("role") });
  if (act === "kick") return askApi("DELETE", `${path}/sessions`);
  if (act.startsWith("un")) {
    return askApi("DELETE", `${path}/${act.slice(2)}`);
  }
  return askApi("PUT", `${path}/${act}`, {
    until: untilOf(form, Date.now()),
    reason: form.get("reason"),
  });
}

/** The room between oneself and someone. */
export function openDirect(
  id: string,
): Promise<Answer<{ room: { slug: string } }>> {
  return askApi("POST", "/api/rooms/direct", { people: [id] });
}
