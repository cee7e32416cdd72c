import { assert, assertEquals } from "@std/assert";
import { parseBody } from "../components/body_parser.ts";
import type {
  Block,
  BodyNames,
  Inline,
  TableCell,
} from "../components/body_tree.ts";
import { excerptOf, plainText } from "../components/excerpt.ts";
import { translator } from "../lib/locale.ts";
import { bombs } from "./fixtures/bombs.ts";
import { VECTORS } from "./fixtures/xss.ts";

const NAMES: BodyNames = {
  mentions: [
    { id: "ana", name: "Ana" },
    { id: "maria", name: "Ana Maria" },
    { id: "lei", name: "李雷" },
    { id: "here", name: "here" },
  ],
  rooms: new Map([["boats", "Boats"], ["文档", "文档"]]),
};

/** The tree as a text: `<strong>bold</strong>`. */
function outline(nodes: readonly (Block | Inline)[]): string {
  return nodes.map((node) => {
    const { kind } = node;
    if ("children" in node) return tag(kind, outline(node.children));
    if (kind === "text") return node.text;
    if (kind === "table") {
      const rowOf = (row: TableCell[]) =>
        `(${row.map(({ children }) => outline(children)).join("; ")})`;
      return tag(kind, node.rows.map(rowOf).join(""));
    }
    if (kind === "quote") return tag(kind, outline(node.blocks));
    if (kind === "list") {
      return tag(
        kind,
        node.items.map(({ value, blocks }) =>
          `(${value ?? "-"} ${outline(blocks)})`
        ).join(""),
      );
    }
    return tag(kind, kind === "room" ? node.name : node.text);
  }).join("");
}

function tag(kind: string, content: string): string {
  return kind === "text" ? content : `<${kind}>${content}</${kind}>`;
}

function read(body: string): string {
  return outline(parseBody(body, NAMES));
}

/** All inlines, those inside others too. */
function inlines(nodes: readonly (Block | Inline)[]): Inline[] {
  return nodes.flatMap((node): Inline[] => {
    if (node.kind === "list") {
      return node.items.flatMap(({ blocks }) => inlines(blocks));
    }
    if (node.kind === "table") {
      return node.rows.flat().flatMap(({ children }) => inlines(children));
    }
    if (node.kind === "quote") return inlines(node.blocks);
    if (node.kind === "heading") return inlines(node.children);
    if ("language" in node) return [];
    if (!("children" in node)) return [node as Inline];
    const own = node.kind === "text" ? [] : [node as Inline];
    return [...own, ...inlines(node.children)];
  });
}

function linksIn(body: string) {
  return inlines(parseBody(body, NAMES)).filter((node) => node.kind === "link");
}

function reads(cases: readonly (readonly [string, string])[]): void {
  for (const [body, expected] of cases) {
    assertEquals(read(body), expected, body);
  }
}

function staysText(bodies: readonly string[]): void {
  reads(bodies.map((body) => [body, body]));
}

Deno.test("A link ends where the sentence goes on", () => {
  const cases: [string, string[]][] = [
    ["see https://a.org/b.", ["https://a.org/b"]],
    ["(see https://a.org/b)", ["https://a.org/b"]],
    ["https://a.org/x_(y) ok", ["https://a.org/x_(y)"]],
    ["(https://a.org/x_(y))", ["https://a.org/x_(y)"]],
    ["“https://a.org/q”, yes", ["https://a.org/q"]],
    ["https://a.org/a,https", ["https://a.org/a,https"]],
    ["详见https://a.org/文档。谢谢", ["https://a.org/文档"]],
    ["（https://a.org/b），好", ["https://a.org/b"]],
    ["https://a.org这个", ["https://a.org"]],
    ["https://例子.中国/路", ["https://例子.中国/路"]],
    ["HTTP://A.ORG", ["HTTP://A.ORG"]],
    ["http://localhost:8000/x?y=1#z", ["http://localhost:8000/x?y=1#z"]],
    ["**https://a.org/x** _https://b.org/a_b_", [
      "https://a.org/x",
      "https://b.org/a_b",
    ]],
    ["mailto:a@b.org, yes", ["mailto:a@b.org"]],
  ];
  for (const [body, expected] of cases) {
    const texts = linksIn(body).map(({ children }) => outline(children));
    assertEquals(texts, expected, body);
  }
});

Deno.test("A link with a text says where it leads", () => {
  assertEquals(linksIn("see [the **docs**](https://a.org/x_(y))!"), [{
    kind: "link",
    href: "https://a.org/x_(y)",
    title: "a.org",
    children: [{ kind: "text", text: "the " }, {
      kind: "strong",
      children: [{ kind: "text", text: "docs" }],
    }],
  }]);
  assertEquals(linksIn("[write](mailto:a@b.org)")[0]?.title, "a@b.org");
  reads([["[https://a.org](https://a.org)", "<link>https://a.org</link>"]]);
});

Deno.test("A link whose text is another address shows both", () => {
  const links = linksIn("[https://bank.example](https://evil.example/x)");
  assertEquals(links.map(({ href }) => href), [
    "https://bank.example/",
    "https://evil.example/x",
  ]);
});

Deno.test("Only http, https and mailto become links", () => {
  for (
    const body of [
      "javascript:alert(1)",
      "data:text/html,x",
      "xhttps://a.org",
      "https://",
      "http://[bad",
      "ftp://a.org",
      "[x](javascript:alert(1))",
      "[x](//a.org)",
      "[x](/settings)",
      "[x]( mailto:)",
      "[](https://)",
    ]
  ) assertEquals(linksIn(body), [], body);
});

Deno.test("What tries to run becomes no link and no markup", () => {
  assert(VECTORS.length >= 60);
  for (const body of VECTORS) {
    for (const { href } of linksIn(body)) {
      assert(/^(https?:\/\/|mailto:)/.test(href), `${body}: ${href}`);
    }
    for (const text of textsIn(parseBody(body, NAMES))) {
      assert(body.includes(text), `${body}: ${text}`);
    }
  }
});

/** Everything that is shown, as it is written into the page. */
function textsIn(nodes: readonly unknown[]): string[] {
  return (nodes as Record<string, unknown[] & string>[]).flatMap((node) => [
    ...node.text === undefined ? [] : [node.text],
    ...textsIn(
      [
        ...[...node.children ?? [], ...node.blocks ?? []],
        ...[...node.items ?? [], ...(node.rows ?? []).flat()],
      ],
    ),
  ]);
}

Deno.test("Marks make text bold, italic, struck out and code", () => {
  reads([
    [
      "**b** *i* _i_ ~~s~~ `c`",
      "<strong>b</strong> <emphasis>i</emphasis> <emphasis>i</emphasis> <strike>s</strike> <code>c</code>",
    ],
    ["***both***", "<emphasis><strong>both</strong></emphasis>"],
    ["**a *b* c**", "<strong>a <emphasis>b</emphasis> c</strong>"],
    ["*a **b***", "<emphasis>a <strong>b</strong></emphasis>"],
    ["**a\nb**", "<strong>a\nb</strong>"],
    ["*a **b* c**", "<emphasis>a **b</emphasis> c**"],
    ["\\*a\\* `\\*`", "*a* <code>\\*</code>"],
    ["`` a`b ``", "<code>a`b</code>"],
  ]);
});

Deno.test("Marks work beside Chinese, Japanese and Korean punctuation", () => {
  reads([
    ["**注意：**请看", "<strong>注意：</strong>请看"],
    ["这是**“重点”**内容", "这是<strong>“重点”</strong>内容"],
    ["*注意：*请", "<emphasis>注意：</emphasis>请"],
    ["これは**重要**です。", "これは<strong>重要</strong>です。"],
    ["**볼드**는", "<strong>볼드</strong>는"],
    ["~~旧的~~新的", "<strike>旧的</strike>新的"],
  ]);
});

Deno.test("What is no markup stays as it was", () => {
  staysText([
    "  two spaces before",
    "a\n\n    b\n  c",
    "2*3*4 = 24, 2**3**4, x**2 + y**2",
    "snake_case_name and _private",
    "5 * 3 * 2",
    "f(*args, **kwargs)",
    "¯\\_(ツ)_/¯",
    "C:\\temp\\new",
    "~5 and ~~~",
    "#hashtag #1",
    ">:( and >.<",
    "-5 degrees",
    "* * *\n---",
    "`not\nclosed`",
    "** a **",
    "&amp; &lt;b&gt;",
    "![[[[ ]]]] [x] (y) [x](y",
    "a@ana.org @Anabel",
  ]);
});

Deno.test("Quotes, lists and headings", () => {
  reads([
    ["> a\n> > b\nc", "<quote>a<quote>b</quote></quote>c"],
    [
      "- a\n  - b\n    1. c\n- d\ntext",
      "<list>(- a<list>(- b<list>(1 c)</list>)</list>)(- d)</list>text",
    ],
    ["3. a\n   more\n7) b\n\n9. c", "<list>(3 a\nmore)(7 b)(9 c)</list>"],
    ["- a\n1. b", "<list>(- a)</list><list>(1 b)</list>"],
    ["- ```js\n  x\n  ```", "<list>(- <code>x</code>)</list>"],
    [
      "# A **b**\n## c\ntext",
      "<heading>A <strong>b</strong></heading><heading>c</heading>text",
    ],
    ["\\# a\n\\- b\n\\> c", "# a\n- b\n> c"],
  ]);
});

Deno.test("Tables have a header over rows, and nothing of them is lost", () => {
  reads([
    ["a|b\n-|-\n1|2", "<table>(a; b)(1; 2)</table>"],
    [
      "Here:\n| **a** | b |\n| :-- | --: |\n| 1 | `x\\|y` |\nafter",
      "Here:<table>(<strong>a</strong>; b)(1; <code>x|y</code>)</table>after",
    ],
    ["|a|\n|-|", "<table>(a)</table>"],
    // Too little and too much.
    ["a|b\n-|-\n1|\n|\n1|2|3|4|", "<table>(a; b)(1)()(1; 2 | 3 | 4)</table>"],
    ["a|b\n-|-\n|2\n- x|y", "<table>(a; b)(2)</table><list>(- x|y)</list>"],
    ["> a|b\n> -|-\n> 1|2", "<quote><table>(a; b)(1; 2)</table></quote>"],
    ["- a|b\n  -|-\n  1|2", "<list>(- <table>(a; b)(1; 2)</table>)</list>"],
    [
      "名|数\n-|-\n@Ana|#boats",
      "<table>(名; 数)(<mention>@Ana</mention>; <room>Boats</room>)</table>",
    ],
  ]);
  const [table] = parseBody("a|b|c|d\n-|:-|:-:|-:");
  assert(table?.kind === "table");
  assertEquals(table.sides, ["start", "start", "center", "end"]);
  const body = "|**a**|b|\n|-|-|\n|1|2|";
  assertEquals(excerptOf({ body }, translator("en")), "a | b");
  assertEquals(
    plainText(`Hi **Ana**,\n\n${body}\n- one\n\`\`\`ts\nlet a\n\`\`\``),
    "Hi Ana,\na | b\n1 | 2\none\nlet a",
  );
  staysText([
    "a|b\n1|2",
    "a|b\n-|-|-",
    "a\n-|-",
    "a || b\n--",
    `${"a|".repeat(21)}\n${"-|".repeat(21)}`,
  ]);
});

Deno.test("Code is left alone, inline and in blocks", () => {
  assertEquals(parseBody("x\n```ts\nlet a;\n\n  **b**\n```\ny"), [
    { kind: "text", children: [{ kind: "text", text: "x" }] },
    { kind: "code", language: "ts", text: "let a;\n\n  **b**" },
    { kind: "text", children: [{ kind: "text", text: "y" }] },
  ]);
  assertEquals(parseBody("```\n```"), [
    { kind: "code", language: "", text: "" },
  ]);
  reads([
    ["a `https://a.org` b", "a <code>https://a.org</code> b"],
    ["`@Ana #boats **x**`", "<code>@Ana #boats **x**</code>"],
    ["```\na```\nb", "<code>a</code>b"],
    ["````\n```\n````", "<code>```</code>"],
    ["~~~\na\n~~~", "<code>a</code>"],
  ]);
  staysText(["```ts\nlet a"]);
});

Deno.test("Names of those mentioned, of everyone and of one's rooms stand out", () => {
  reads([
    [
      "Hi @Ana Maria, @ana!",
      "Hi <mention>@Ana Maria</mention>, <mention>@ana</mention>!",
    ],
    [
      "**@Ana** 你好@李雷你好",
      "<strong><mention>@Ana</mention></strong> 你好<mention>@李雷</mention>你好",
    ],
    ["@here @nobody", "<mention>@here</mention> @nobody"],
    [
      "see #boats, #文档 and #nowhere",
      "see <room>Boats</room>, <room>文档</room> and #nowhere",
    ],
    ["c#boats", "c#boats"],
  ]);
  const [mention, everyone] = inlines(parseBody("@ANA@here @here", NAMES));
  assertEquals(mention, { kind: "mention", person: "ana", text: "@ANA" });
  assertEquals(everyone, { kind: "text", text: "@here " });
});

/** How deep a tree is, and how many nodes it has. */
function measure(nodes: readonly unknown[]): { depth: number; count: number } {
  let depth = 0;
  let count = 0;
  for (const node of nodes as Record<string, unknown[]>[]) {
    const inner = measure(
      [
        ...[...node.children ?? [], ...node.blocks ?? []],
        ...[...node.items ?? [], ...(node.rows ?? []).flat()],
      ],
    );
    depth = Math.max(depth, 1 + inner.depth);
    count += 1 + inner.count;
  }
  return { depth, count };
}

Deno.test("Hostile bodies give bounded trees", () => {
  for (const body of bombs(8_000)) {
    const { depth, count } = measure(parseBody(body, NAMES));
    const what = body.slice(0, 20);
    assert(count <= body.length + 2, `${what}: ${count} nodes`);
    assert(depth <= 24, `${what}: ${depth} deep`);
  }
});

Deno.test("The steps for a hostile body grow with its length, not with its square", async () => {
  // Optimized code loses count, so it is a process of its own that counts.
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-config",
      "--no-check",
      "--v8-flags=--no-sparkplug,--no-maglev,--no-opt",
      new URL("support/count_steps.ts", import.meta.url).pathname,
    ],
    stderr: "inherit",
  }).output();
  assert(success);
  const counts = JSON.parse(new TextDecoder().decode(stdout));
  assert(counts.length > 40);
  for (const { body, lengths, steps } of counts) {
    const [few, many] = steps;
    const growth = lengths[1] / lengths[0];
    assert(few > 0);
    assert(many <= 1.5 * growth * few, `${body}: ${few} steps, then ${many}`);
  }
});
