/** Counters, gauges and histograms, in Prometheus' text format 0.0.4. */

/** The format's media type. */
export const TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

type Labels = Record<string, string>;

/** Something measured: its name, and what it is in one line. */
export abstract class Metric {
  readonly #name: string;
  readonly #help: string;
  readonly #type: string;

  /** Names it: the unit is at the end, and `_total` at the end of a counter. */
  constructor(
    name: string,
    help: string,
    type: "counter" | "gauge" | "histogram",
  ) {
    this.#name = name;
    this.#help = help;
    this.#type = type;
  }

  /** Its lines of the page, each with a line feed at its end. */
  get text(): string {
    const head = `# HELP ${this.#name} ${this.#help}\n` +
      `# TYPE ${this.#name} ${this.#type}\n`;
    return head + this.samples().join("");
  }

  /** One line for each value. */
  protected abstract samples(): string[];

  /** A line with a value. */
  protected line(value: number, labels: Labels = {}, suffix = ""): string {
    const pairs = Object.entries(labels).map(([label, text]) =>
      `${label}="${escape(text)}"`
    );
    const labelled = pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
    return `${this.#name}${suffix}${labelled} ${numeral(value)}\n`;
  }
}

/** Counts upwards from the start of the process. */
export class Counter extends Metric {
  #value = 0;

  /** Starts at 0. */
  constructor(name: string, help: string) {
    super(name, help, "counter");
  }

  /** How much was counted. */
  get value(): number {
    return this.#value;
  }

  /** Counts one, or several. */
  add(count = 1): void {
    this.#value += count;
  }

  protected override samples(): string[] {
    return [this.line(this.#value)];
  }
}

/** A counter for each value of a label. */
export class LabelledCounter extends Metric {
  readonly #label: string;
  readonly #values: Map<string, number>;

  /** `known` values are shown from the start, so that their first count is a change. */
  constructor(
    name: string,
    help: string,
    label: string,
    known: readonly string[],
  ) {
    super(name, help, "counter");
    this.#label = label;
    this.#values = new Map(known.map((value) => [value, 0]));
  }

  /** How much was counted under a label's value. */
  of(value: string): number {
    return this.#values.get(value) ?? 0;
  }

  /** Counts one, or several, of a known value; what is not known counts as `other`. */
  add(value: string, count = 1): void {
    const key = this.#values.has(value) ? value : "other";
    this.#values.set(key, this.of(key) + count);
  }

  protected override samples(): string[] {
    return [...this.#values].map(([value, count]) =>
      this.line(count, { [this.#label]: value })
    );
  }
}

/** A value as it is when the page is made. */
export class Sample extends Metric {
  readonly #value: number;
  readonly #labels: Labels;

  /** Takes the value. */
  constructor(
    name: string,
    help: string,
    type: "counter" | "gauge",
    value: number,
    labels: Labels = {},
  ) {
    super(name, help, type);
    this.#value = value;
    this.#labels = labels;
  }

  protected override samples(): string[] {
    return [this.line(this.#value, this.#labels)];
  }
}

/** How often values were how large. */
export class Histogram extends Metric {
  readonly #bounds: readonly number[];
  /** Values up to each bound and above the one before; at the end, above all. */
  readonly #counts: number[];
  #sum = 0;

  /** `bounds` are the upper bounds of the buckets, ascending, without infinity. */
  constructor(name: string, help: string, bounds: readonly number[]) {
    super(name, help, "histogram");
    this.#bounds = bounds;
    this.#counts = new Array(bounds.length + 1).fill(0);
  }

  /** All values together. */
  get sum(): number {
    return this.#sum;
  }

  /** How many values. */
  get count(): number {
    return this.#counts.reduce((total, count) => total + count, 0);
  }

  /** Takes a value. */
  observe(value: number): void {
    let i = 0;
    while (i < this.#bounds.length && value > this.#bounds[i]!) i++;
    this.#counts[i]!++;
    this.#sum += value;
  }

  protected override samples(): string[] {
    let total = 0;
    const buckets = this.#counts.map((count, i) => {
      const le = numeral(this.#bounds[i] ?? Infinity);
      return this.line(total += count, { le }, "_bucket");
    });
    return [
      ...buckets,
      this.line(this.#sum, {}, "_sum"),
      this.line(total, {}, "_count"),
    ];
  }
}

function numeral(value: number): string {
  return value === Infinity ? "+Inf" : String(value);
}

function escape(text: string): string {
  return text.replace(
    /[\\"\n]/g,
    (found) => found === "\n" ? "\\n" : `\\${found}`,
  );
}
