import { PlaceContext } from "../components/Brand.tsx";
import { define } from "../lib/app.ts";
import { DEFAULT_FACE } from "../lib/place.ts";

/** Here, as a page is rendered before `_app` and sees none of its contexts. */
export default define.page(({ Component, state }) => (
  <PlaceContext.Provider value={state.place ?? DEFAULT_FACE}>
    <Component />
  </PlaceContext.Provider>
));
