/** The frame of all pages but the room's. */
import type { ComponentChildren, JSX } from "preact";
import type { Person } from "../lib/protocol.ts";
import type { Translator } from "../lib/translate.ts";
import { Avatar } from "./Avatar.tsx";
import { Brand } from "./Brand.tsx";
import { Words } from "./words.ts";

interface PageProps {
  t: Translator;
  /** Who is signed in, or null. */
  me: Person | null;
  /** Narrow pages are for reading and forms. */
  narrow?: boolean;
  children: ComponentChildren;
}

/** A bar with the place and oneself, then the page. */
export function Page({ t, me, narrow, children }: PageProps): JSX.Element {
  return (
    <Words.Provider value={t}>
      <div class="page">
        <header class="page-head">
          <Brand href="/" />
          {me !== null && (
            <nav class="page-nav" aria-label={t("app.menu")}>
              <a href="/rooms">{t("rooms.title")}</a>
              <a class="page-me" href="/settings">
                <Avatar {...me} small />
                <bdi class="ellipsis">{me.name}</bdi>
              </a>
            </nav>
          )}
        </header>
        <main class={narrow ? "page-main narrow" : "page-main"}>
          {children}
        </main>
      </div>
    </Words.Provider>
  );
}
