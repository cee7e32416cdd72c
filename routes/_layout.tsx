import { PlaceContext } from "../components/Brand.tsx";
import UnsentNote from "../islands/UnsentNote.tsx";
import { define } from "../lib/app.ts";
import { someStrings } from "../lib/locale.ts";
import { DEFAULT_FACE } from "../lib/place.ts";

/** Here, as a page is rendered before `_app` and sees none of its contexts. */
export default define.page(({ Component, state, url }) => (
  <PlaceContext.Provider value={state.place ?? DEFAULT_FACE}>
    {state.session && (state.failed || !isLive(url)) && (
      <UnsentNote
        account={state.session.person.id}
        locale={state.locale}
        strings={someStrings(state.locale, ["connection.unsent"])}
      />
    )}
    <Component />
  </PlaceContext.Provider>
));

/** Whether it is a room's own page, which sends what is unsent, and not its past. */
function isLive({ pathname, searchParams }: URL): boolean {
  const isPast = ["before", "after", "around"]
    .some((name) => searchParams.has(name));
  return /^\/rooms\/[^/]+$/.test(pathname) && !isPast;
}
