import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { App } from "fresh";
import type { VNode } from "preact";
import { hueOf, initialOf } from "../components/Avatar.tsx";
import { ConnectionBar } from "../components/ConnectionBar.tsx";
import { Words } from "../components/words.ts";
import type { ChatProps } from "../components/chat_props.ts";
import Chat from "../islands/Chat.tsx";
import { nextPath } from "../lib/forms.ts";
import { stringsOf, translator } from "../lib/locale.ts";
import type { Message } from "../lib/protocol.ts";

const ROOM = "01a20000-0000-7000-8000-000000000001";

function message(seq: number, name: string, body: string): Message {
  const id = `01a20000-0000-7000-8000-${String(seq).padStart(12, "0")}`;
  const at = Date.UTC(2026, 10, 22, 9, seq);
  return { id, seq, rev: seq, at, posts: seq, author: name, name, body };
}

function props(messages: Message[]): ChatProps {
  const person = { id: "ana", name: "Ana" };
  const head = messages.length;
  const lobby = {
    room: ROOM,
    slug: "lobby",
    name: "lobby",
    kind: "open" as const,
    head,
    posts: head,
    lastRead: 0,
    lastReadPosts: 0,
  };
  return {
    me: {
      type: "me",
      version: 1,
      epoch: "e",
      person,
      role: "guest",
      rooms: [lobby],
    },
    room: {
      ...{ id: ROOM, slug: "lobby", name: "lobby", kind: "open" },
      ...{ topic: "", archived: false, people: [] },
    },
    page: {
      type: "messages",
      room: ROOM,
      epoch: "e",
      seq: head,
      id: messages.at(-1)?.id ?? "",
      posts: head,
      messages,
      more: false,
    },
    locale: "en",
    strings: stringsOf("en"),
    zone: "UTC",
    now: Date.UTC(2026, 10, 22, 10),
    uploadLimit: 1_000_000,
    place: { name: "Atoll", picture: null },
    postId: "01a20000-0000-7000-8000-00000000ffff",
    refused: null,
    mustKeep: false,
    oneRoom: false,
    target: null,
  };
}

/** What the server sends for a page. */
async function render(element: VNode): Promise<string> {
  const app = new App().get("/", (ctx) => ctx.render(element));
  const response = await app.handler()(new Request("http://chat.test/"));
  return await response.text();
}

Deno.test("A room's page can be read and posted to without scripts", async () => {
  const html = await render(
    <Chat
      {...props([message(1, "Omar", "Hello <b>"), message(2, "李雷", "你好")])}
    />,
  );
  for (
    const part of [
      'role="log" aria-label="Messages"',
      'aria-label="Rooms"',
      'method="post" action="/rooms/lobby"',
      'aria-label="Message"',
      "Hello &lt;b>",
      "你好",
    ]
  ) assertStringIncludes(html, part);
  assertEquals(html.match(/<article/g)?.length, 2);
  assert(
    !html.includes(" style="),
    "a policy with a nonce blocks style attributes",
  );
});

Deno.test("Where only the room is in view, the way back says how much waits elsewhere", async () => {
  const given = props([]);
  const [lobby] = given.me.rooms;
  const direct = { kind: "direct" as const, slug: "d", name: "", posts: 3 };
  given.me.rooms.push({ ...lobby!, ...direct, room: "d", lastReadPosts: 1 });
  const button = (html: string) =>
    /<button[^>]*back-button.*?<\/button>/.exec(html)![0];
  assertStringIncludes(button(await render(<Chat {...given} />)), "2 waiting");
  const none = button(await render(<Chat {...props([])} />));
  assert(none.includes("Rooms") && !none.includes("waiting"), none);
});

Deno.test("While cut off the bar says how many messages and changes wait", async () => {
  const bar = (
    messages: number,
    changes: number,
    locale: "en" | "zh-CN" = "en",
  ) =>
    render(
      <Words.Provider value={translator(locale)}>
        <ConnectionBar
          status="offline"
          retryAt={null}
          isFull={false}
          unsent={{ messages, changes }}
          onTry={() => {}}
        />
      </Words.Provider>,
    );
  assertStringIncludes(
    await bar(1, 2),
    "1 message is unsent. 2 changes are unsent.",
  );
  const changed = await bar(0, 1);
  assertStringIncludes(changed, "1 change is unsent.");
  assert(!changed.includes("message"));
  assertStringIncludes(await bar(1, 2, "zh-CN"), "发送。1 条消息");
});

Deno.test("What a form was refused for is shown with the text", async () => {
  const refused = { text: "my text", code: "too_fast" as const };
  const html = await render(<Chat {...props([])} refused={refused} />);
  assertStringIncludes(html, "my text</textarea>");
  assertStringIncludes(html, "Too many messages at once.");
});

Deno.test("An initial is the first grapheme, the colour one of 24", () => {
  assertEquals(initialOf("ana"), "A");
  assertEquals(initialOf("李雷"), "李");
  assertEquals(initialOf("👩‍👩‍👧 x"), "👩‍👩‍👧");
  const hues = new Set(Array.from({ length: 500 }, (_, i) => hueOf(`p${i}`)));
  assertEquals(hues.size, 24);
  assertEquals(hueOf("ana"), hueOf("ana"));
});

Deno.test("One goes on only to pages of this site", () => {
  const here = new URL("https://chat.test/");
  assertEquals(nextPath("/rooms/x?before=3", here), "/rooms/x?before=3");
  for (
    const next of [
      null,
      "",
      "//evil.test",
      "/\\evil.test",
      "/\t/evil.test",
      "https://evil.test/",
      "javascript:alert(1)",
    ]
  ) assertEquals(nextPath(next, here), "/rooms/lobby", String(next));
});
