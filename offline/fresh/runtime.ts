/** Stand-in for `fresh/runtime`: what pages and islands may use. */
export { asset, Head, IS_BROWSER } from "./shared.ts";
