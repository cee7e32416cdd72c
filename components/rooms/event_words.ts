/** What happened to a room, in words. */
import type { Message } from "../../lib/protocol.ts";
import type { Translator } from "../../lib/translate.ts";

/** A sentence for each thing that happened at once. */
export function eventTexts(event: Message, t: Translator): string[] {
  const name = isolated(event.name);
  if (event.kind === "member") return [memberText(event, name, t)];
  const { roomName, topic, archived } = event;
  const texts: string[] = [];
  if (roomName !== undefined) {
    texts.push(t("event.renamed", { name, room: isolated(roomName) }));
  }
  if (topic === "") texts.push(t("event.topic_gone", { name }));
  else if (topic !== undefined) {
    texts.push(t("event.topic", { name, topic: isolated(topic) }));
  }
  if (archived !== undefined) {
    texts.push(t(archived ? "event.archived" : "event.restored", { name }));
  }
  return texts;
}

function memberText(
  { author, person, change }: Message,
  name: string,
  t: Translator,
): string {
  const other = isolated(person?.name ?? "");
  if (change === "removed") return t("event.removed", { name, person: other });
  if (change === "left") return t("event.left", { name: other });
  return author === person?.id
    ? t("event.came", { name: other })
    : t("event.joined", { name, person: other });
}

/** Whatever direction the text has, it does not turn what is around it. */
function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}
