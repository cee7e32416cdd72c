/** Who is writing. */
import type { JSX } from "preact";
import type { Person } from "../lib/protocol.ts";
import { useWords } from "./words.ts";

/** One line that keeps its height when nobody writes. */
export function TypingLine(
  { people }: { people: readonly Person[] },
): JSX.Element {
  const t = useWords();
  const [a, b] = people.map(({ name }) => isolate(name));
  let text = "";
  if (a !== undefined && b === undefined) text = t("typing.one", { a });
  else if (people.length === 2) text = t("typing.two", { a: a!, b: b! });
  else if (people.length > 2) {
    text = t("typing.many", { a: a!, b: b!, count: people.length - 2 });
  }
  return <p class="typing" dir="auto">{text}</p>;
}

/** Keeps a name's direction to itself (U+2068 … U+2069). */
function isolate(name: string): string {
  return `\u2068${name}\u2069`;
}
