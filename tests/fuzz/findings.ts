/** What a fuzz run found, counted in four kinds. */

/** Kinds of findings, in the order of the last line. */
export const KINDS = ["crashed", "errors", "leaked", "disturbed"] as const;

/** A kind of finding. */
export type Kind = typeof KINDS[number];

/** Examples that are kept of what was found. */
const EXAMPLES = 40;

/** Counts, and some examples. */
export class Findings {
  readonly counts: Record<Kind, number> = {
    ...{ crashed: 0, errors: 0, leaked: 0, disturbed: 0 },
  };
  readonly examples: string[] = [];

  /** Counts something that is wrong. */
  add(kind: Kind, example: string, count = 1): void {
    this.counts[kind] += count;
    if (this.examples.length < EXAMPLES) {
      this.examples.push(`${kind}: ${example}`);
    }
  }

  /** Whether nothing is wrong. */
  get isClean(): boolean {
    return KINDS.every((kind) => this.counts[kind] === 0);
  }

  /** One line: `100000 inputs: crashed 0, errors 0, leaked 0, disturbed 0`. */
  summary(inputs: number): string {
    const counts = KINDS.map((kind) => `${kind} ${this.counts[kind]}`);
    return `${inputs} inputs: ${counts.join(", ")}`;
  }
}
