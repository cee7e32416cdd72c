/** Cuts code into coloured stretches; loaded only where there is code. */
import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import csharp from "highlight.js/lib/languages/csharp";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import dockerfile from "highlight.js/lib/languages/dockerfile";
import go from "highlight.js/lib/languages/go";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import kotlin from "highlight.js/lib/languages/kotlin";
import lua from "highlight.js/lib/languages/lua";
import php from "highlight.js/lib/languages/php";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import swift from "highlight.js/lib/languages/swift";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";

/** What a stretch of code is, as far as colours tell. */
export type CodeKind =
  | "keyword"
  | "string"
  | "number"
  | "comment"
  | "name"
  | "type"
  | "added"
  | "removed";

/** A stretch of code; `kind` is null for what has no colour of its own. */
export interface CodePart {
  kind: CodeKind | null;
  text: string;
}

const LANGUAGES = {
  bash,
  c,
  cpp,
  csharp,
  css,
  diff,
  dockerfile,
  go,
  ini,
  java,
  javascript,
  json,
  kotlin,
  lua,
  php,
  python,
  ruby,
  rust,
  sql,
  swift,
  typescript,
  xml,
  yaml,
};
for (const [name, language] of Object.entries(LANGUAGES)) {
  hljs.registerLanguage(name, language);
}

const SCOPES: Readonly<Record<CodeKind, string>> = {
  keyword: "keyword literal meta doctag selector-tag name template-tag",
  string: "string regexp char link symbol bullet",
  number: "number",
  comment: "comment quote",
  name: "title section attr attribute selector-class selector-id property",
  type: "type built_in variable template-variable",
  added: "addition",
  removed: "deletion",
};
const kinds = new Map(
  Object.entries(SCOPES).flatMap(([kind, scopes]) =>
    scopes.split(" ").map((scope) => [scope, kind as CodeKind] as const)
  ),
);
/** Inside these nothing is coloured but what has a kind of its own. */
const PLAIN = new Set(["subst", "params", "tag", "function", "class"]);

/**
 * Some grammars take time that grows with the square of the code or of a line
 * (8,000 letters in one line: seconds). Within these bounds it is some ten
 * milliseconds; what goes beyond stays in one colour.
 */
const MOST_CHARACTERS = 4_000;
const LONGEST_LINE = 300;

interface TreeNode {
  scope?: string;
  children: (TreeNode | string)[];
}

/** The parts of code in a language that {@link languageOf} gave; null for code too long. */
export function highlight(language: string, code: string): CodePart[] | null {
  if (code.length > MOST_CHARACTERS) return null;
  if (code.split("\n").some(({ length }) => length > LONGEST_LINE)) return null;
  const result = hljs.highlight(code, { language, ignoreIllegals: true });
  const { rootNode } = result._emitter as unknown as { rootNode: TreeNode };
  const parts: CodePart[] = [];
  collect(rootNode, null, parts);
  return parts;
}

function collect(
  { children }: TreeNode,
  kind: CodeKind | null,
  parts: CodePart[],
): void {
  for (const child of children) {
    if (typeof child !== "string") collect(child, kindOf(child, kind), parts);
    else if (parts.at(-1)?.kind === kind) parts.at(-1)!.text += child;
    else parts.push({ kind, text: child });
  }
}

function kindOf(
  { scope }: TreeNode,
  outer: CodeKind | null,
): CodeKind | null {
  const name = scope?.split(".", 1)[0];
  if (name === undefined) return outer;
  return PLAIN.has(name) ? null : kinds.get(name) ?? outer;
}
