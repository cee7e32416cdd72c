/**
 * Writes the lists of emoji in `components/emoji/`, from emojibase-data (MIT),
 * which has them from Unicode CLDR: `deno run -A --no-config tasks/emoji.ts`.
 */
const PACKAGE = "npm:emojibase-data@17.0.0";
const FOLDER = new URL("../components/emoji/", import.meta.url);
/** Devices that are some years old show these. */
const NEWEST_VERSION = 15;
/** The group of skin tones and hair, which are no emoji of their own. */
const COMPONENTS = 2;

/** What people type that Unicode has no word for. */
const MORE_TAGS: Readonly<Record<string, string>> = {
  "1F44D": "+1",
  "1F44E": "-1",
};

interface Emoji {
  emoji: string;
  hexcode: string;
  label: string;
  tags?: string[];
  group?: number;
  order: number;
  version: number;
}

async function read(language: string): Promise<Emoji[]> {
  const path = `${PACKAGE}/${language}/data.json`;
  const { default: list } = await import(path, { with: { type: "json" } });
  return list;
}

/** A line for each emoji, the groups with an empty line between. */
function write(list: Emoji[], words: (emoji: Emoji) => string): string {
  const chosen = list.filter(({ group, version }) =>
    group !== undefined && group !== COMPONENTS && version <= NEWEST_VERSION
  ).sort((a, b) => a.order - b.order);
  const groups = Map.groupBy(chosen, ({ group }) => group);
  return [...groups.values()].map((group) =>
    group.map((one) => `${recommended(one.emoji)} ${words(one)}`).join("\n")
  ).join("\n\n");
}

/** As Unicode recommends it: asking for a picture only where text is the rule. */
function recommended(emoji: string): string {
  const plain = emoji.replaceAll("\ufe0f", "");
  return /^\p{RGI_Emoji}$/v.test(plain) ? plain : emoji;
}

/** `label;tag,tag`; a tag that is a word of the label says nothing new. */
function wordsOf({ label, hexcode, tags = [] }: Emoji): string {
  const own = new Set(label.toLowerCase().split(/[^\p{L}\p{N}]+/u));
  const more = tags.filter((tag) => !own.has(tag.toLowerCase()));
  if (hexcode in MORE_TAGS) more.push(MORE_TAGS[hexcode]!);
  return `${label};${more.join(",")}`;
}

async function save(file: string, title: string, text: string): Promise<void> {
  await Deno.writeTextFile(
    new URL(file, FOLDER),
    `/** ${title}; written by \`tasks/emoji.ts\`. */
export const EMOJI = \`${text.replace(/[`\\$]/g, "\\$&")}\`;
`,
  );
}

const english = await read("en");
const byCode = new Map(english.map((emoji) => [emoji.hexcode, emoji]));
await save(
  "list_en.ts",
  "Emoji with their names and tags in English",
  write(english, wordsOf),
);
await save(
  "list_zh.ts",
  "Emoji with their names and tags in Chinese, and those in English",
  write(
    await read("zh"),
    (emoji) => `${wordsOf(emoji)};${wordsOf(byCode.get(emoji.hexcode)!)}`,
  ),
);
