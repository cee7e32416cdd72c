import { assertEquals } from "@std/assert";
import { parseBody, type Span } from "../components/body_parser.ts";

function spans(body: string): Span[] {
  return parseBody(body).flatMap((block) =>
    block.kind === "text" ? block.spans : []
  );
}

function links(body: string): string[] {
  return spans(body).flatMap((span) => span.kind === "link" ? [span.text] : []);
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
  ];
  for (const [body, expected] of cases) {
    assertEquals(links(body), expected, body);
  }
});

Deno.test("Only http and https become links", () => {
  for (
    const body of [
      "javascript:alert(1)",
      "data:text/html,x",
      "xhttps://a.org",
      "https://",
      "http://[bad",
      "mailto:a@b.c",
    ]
  ) assertEquals(links(body), [], body);
});

Deno.test("Code is left alone, inline and in blocks", () => {
  assertEquals(spans("a `https://a.org` b"), [
    { kind: "text", text: "a " },
    { kind: "code", text: "https://a.org" },
    { kind: "text", text: " b" },
  ]);
  assertEquals(parseBody("x\n```ts\nlet a;\n\n  b\n```\ny"), [
    { kind: "text", spans: [{ kind: "text", text: "x" }] },
    { kind: "code", language: "ts", text: "let a;\n\n  b" },
    { kind: "text", spans: [{ kind: "text", text: "y" }] },
  ]);
  assertEquals(parseBody("```\n```"), [
    { kind: "code", language: "", text: "" },
  ]);
});

Deno.test("A fence that is never closed is text", () => {
  assertEquals(spans("```ts\nlet a"), [{ kind: "text", text: "```ts\nlet a" }]);
});

Deno.test("Markup stays text", () => {
  const body = '<img src=x onerror="alert(1)"> & <b>';
  assertEquals(spans(body), [{ kind: "text", text: body }]);
});

Deno.test("Hostile bodies are parsed in time", () => {
  for (
    const body of [
      "`".repeat(8_000),
      "```\n".repeat(2_000),
      "https://".repeat(1_000),
      `https://a.org/${")".repeat(8_000)}`,
      `https://a.org/${"(".repeat(4_000)}${")".repeat(4_000)}`,
    ]
  ) {
    const start = performance.now();
    parseBody(body);
    const spent = performance.now() - start;
    assertEquals(spent < 500, true, `${body.slice(0, 20)}: ${spent} ms`);
  }
});
