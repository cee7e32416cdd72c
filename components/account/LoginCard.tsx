/** The frame of the pages through which accounts come in. */
import type { ComponentChildren, JSX } from "preact";
import type { Translator } from "../../lib/translate.ts";
import { Brand } from "../Brand.tsx";
import { PageTitle } from "../PageTitle.tsx";
import { Words } from "../words.ts";

/** A card in the middle of the page. */
export function LoginCard(
  { t, title, children }: {
    t: Translator;
    title: string;
    children: ComponentChildren;
  },
): JSX.Element {
  return (
    <Words.Provider value={t}>
      <PageTitle parts={[title]} />
      <main class="guest">
        <div class="guest-card">
          <Brand />
          <h1>{title}</h1>
          {children}
        </div>
      </main>
    </Words.Provider>
  );
}
