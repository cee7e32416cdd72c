/** The tab's title of a page: what it is, and where. */
import { Head } from "fresh/runtime";
import type { JSX } from "preact";
import { useContext } from "preact/hooks";
import { PlaceContext } from "./Brand.tsx";

/** `Rooms · Harbour`; of several parts the narrowest first. */
export function PageTitle(
  { parts }: { parts: readonly string[] },
): JSX.Element {
  const { name } = useContext(PlaceContext);
  return (
    <Head>
      <title>{[...parts, name].join(" · ")}</title>
    </Head>
  );
}
