/** Whether everybody can use a page. */
import { AxeBuilder } from "@axe-core/playwright";
import { assertEquals } from "@std/assert";
import type { Visitor } from "./browser.ts";

/** Asserts that axe finds nothing on the page as it is, by all its rules or by these. */
export async function isAccessible(
  { page }: Visitor,
  what: string,
  rules?: string[],
): Promise<void> {
  const axe = new AxeBuilder({ page });
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
  const found = violations.map(({ id, nodes }) =>
    `${id}: ${nodes.map(({ html }) => html).join(" ")}`
  );
  assertEquals(found, [], what);
}
