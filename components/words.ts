/** The reader's language, handed down the tree. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { TextKey, Translator } from "../lib/translate.ts";

/** Holds the translator; every tree that shows words provides one. */
export const Words = createContext<Translator | null>(null);

/** The translator of the tree around; throws where none is provided. */
export function useWords(): Translator {
  const words = useContext(Words);
  if (words === null) throw new Error("Expected <Words.Provider> around");
  return words;
}

/** Why something was refused, for codes of the server and the client's own. */
export function reasonOf(t: Translator, code: string | undefined): string {
  const key = `error.${code ?? "internal"}`;
  const text = t(key as TextKey);
  return text === key ? t("error.internal") : text;
}
