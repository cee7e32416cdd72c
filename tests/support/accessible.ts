/** Whether everybody can use a page. */
import { AxeBuilder } from "@axe-core/playwright";
import { assertEquals } from "@std/assert";
import type { Visitor } from "./browser.ts";

/** Asserts that axe finds nothing on the page as it is. */
export async function isAccessible(
  { page }: Visitor,
  what: string,
): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, nodes }) =>
    `${id}: ${nodes.map(({ html }) => html).join(" ")}`
  );
  assertEquals(found, [], what);
}
