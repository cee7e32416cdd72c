/** What people are called on the page. */
import { FORMER_NAME } from "../lib/protocol.ts";
import type { Translator } from "../lib/translate.ts";

/** The name, or that the account was deleted. */
export function shownName(name: string, t: Translator): string {
  return name === FORMER_NAME ? t("account.former") : name;
}
