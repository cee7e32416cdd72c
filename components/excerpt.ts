/** What a message says, in a line. */
import type { Message } from "../lib/protocol.ts";
import type { Translator } from "../lib/translate.ts";

const MOST_CHARACTERS = 160;

/** The first line that says something, or what stands in for it. */
export function excerptOf(
  { body, deleted, files = [] }: Pick<Message, "body" | "deleted" | "files">,
  t: Translator,
): string {
  if (deleted) return t("message.deleted");
  const line = body.split("\n").map((one) => one.trim())
    // Neither the fence of a block of code nor an empty line says anything.
    .find((one) => one !== "" && !one.startsWith("```"));
  if (line === undefined && files.length > 0) {
    return t("files.of_message", { count: files.length });
  }
  return (line ?? "").slice(0, MOST_CHARACTERS);
}
