/** Whether everybody can use a page. */
import { AxeBuilder } from "@axe-core/playwright";
import { assertEquals } from "@std/assert";
import type { Visitor } from "./browser.ts";

/** Asserts that axe finds nothing on the page as it is, by all its rules or by these. */
export async function isAccessible(
  { page }: Visitor,
  what: string = page.url(),
  rules?: string[],
): Promise<void> {
  // Pages have no frames, and only for those is a page of its own opened.
  const axe = new AxeBuilder({ page }).setLegacyMode();
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
  const found = violations.map(({ id, nodes }) =>
    `${id}: ${nodes.map(({ html }) => html).join(" ")}`
  );
  assertEquals(found, [], what);
}
