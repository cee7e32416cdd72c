/** The languages that are coloured, by all their names. */
const NAMES: Readonly<Record<string, string>> = {
  bash: "bash sh shell zsh",
  c: "c h",
  cpp: "cpp c++ cc cxx hpp",
  csharp: "csharp cs c#",
  css: "css",
  diff: "diff patch",
  dockerfile: "dockerfile docker",
  go: "go golang",
  ini: "ini toml",
  java: "java",
  javascript: "javascript js jsx mjs cjs",
  json: "json jsonc json5",
  kotlin: "kotlin kt kts",
  lua: "lua",
  php: "php",
  python: "python py",
  ruby: "ruby rb",
  rust: "rust rs",
  sql: "sql",
  swift: "swift",
  typescript: "typescript ts tsx mts",
  xml: "xml html svg vue",
  yaml: "yaml yml",
};

const languages = new Map(
  Object.entries(NAMES).flatMap(([language, names]) =>
    names.split(" ").map((name) => [name, language] as const)
  ),
);

/** The language that a block's label names, or undefined for an unknown one. */
export function languageOf(label: string): string | undefined {
  return languages.get(label.toLowerCase().split(/[\s{:]/, 1)[0]!);
}
