import { PlaceName } from "../components/Brand.tsx";
import { define } from "../lib/app.ts";
import { DEFAULT_NAME } from "../lib/place.ts";

/** Here, as a page is rendered before `_app` and sees none of its contexts. */
export default define.page(({ Component, state }) => (
  <PlaceName.Provider value={state.place ?? DEFAULT_NAME}>
    <Component />
  </PlaceName.Provider>
));
