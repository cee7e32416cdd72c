/** What a {@link DeliveryChecker} found: counts, and a few examples of each kind. */

/** How delivery can go wrong. */
export const FINDINGS = [
  "lost",
  "doubled",
  "reordered",
  "invented",
  "differing",
] as const;

/** One way in which delivery can go wrong. */
export type Finding = typeof FINDINGS[number];

/** How often each thing went wrong, and examples in words. */
export type DeliveryReport = Record<Finding, number> & {
  /** At most {@link EXAMPLES_MOST}, the first ones found. */
  examples: string[];
};

/** Examples that are kept. */
export const EXAMPLES_MOST = 20;

/** Counts what is wrong. */
export class Findings {
  readonly #report: DeliveryReport;

  /** Starts from what another one found, or from nothing. */
  constructor(from?: Findings) {
    this.#report = from ? structuredClone(from.#report) : {
      ...{ lost: 0, doubled: 0, reordered: 0, invented: 0, differing: 0 },
      examples: [],
    };
  }

  /** Counts something that is wrong. */
  add(finding: Finding, example: string, count = 1): void {
    this.#report[finding] += count;
    const { examples } = this.#report;
    if (examples.length < EXAMPLES_MOST) {
      examples.push(`${finding}: ${example}`);
    }
  }

  /** All that was found. */
  get report(): DeliveryReport {
    return this.#report;
  }
}

/** The counts in one line: `lost 0, doubled 0, reordered 0, invented 0, differing 0`. */
export function summaryOf(report: Record<Finding, number>): string {
  return FINDINGS.map((finding) => `${finding} ${report[finding]}`).join(", ");
}
