import type { Metric, Registry } from "prom-client";

/** What a family is called, and by what its series differ. */
export interface FamilyShape<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly Label[];
}

/** One number of a family; changed in place, because each reconcile changes several. */
export interface Series {
  value: number;
}

interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly metricName?: string;
}

/** What a registry asks of a metric. */
interface Collected {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values: readonly Sample[];
  readonly aggregator: "sum";
}

/** Between the values of labels; no name of Kubernetes or of a controller holds it. */
const SEPARATOR = "\0";

/**
 * A family of counters or gauges in a prom-client registry. A series is looked up once, by its labels, and is a plain
 * number from then on: prom-client's own metrics sort and hash the labels at each change.
 */
export class NumberFamily<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  readonly #labelNames: readonly Label[];
  readonly #series = new Map<string, Series>();

  constructor(type: "counter" | "gauge", { name, help, labelNames }: FamilyShape<Label>) {
    this.type = type;
    this.name = name;
    this.help = help;
    this.#labelNames = labelNames;
  }

  /** The series with these labels, made with zero if there is none. */
  series(labels: Readonly<Record<Label, string>>): Series {
    const key = this.#labelNames.map((label) => labels[label]).join(SEPARATOR);
    let series = this.#series.get(key);
    if (series === undefined) this.#series.set(key, (series = { value: 0 }));
    return series;
  }

  get(): Promise<Collected> {
    const values = [...this.#series].map(([key, { value }]) => ({
      labels: labelsOf(this.#labelNames, key),
      value,
    }));
    return Promise.resolve({ name: this.name, help: this.help, type: this.type, values, aggregator: "sum" });
  }

  reset(): void {
    for (const series of this.#series.values()) series.value = 0;
  }
}

/**
 * A family of histograms in a prom-client registry, all of its numbers in one array: there is a series for each object
 * of a controller, and as objects with labels and named buckets these take more memory than the objects themselves.
 */
export class HistogramFamily {
  readonly name: string;
  readonly help: string;
  readonly type = "histogram";
  readonly #labelNames: readonly string[];
  readonly #bounds: readonly number[];
  /** Per series: a count for each bound and one for what is above, then the sum. */
  readonly #stride: number;
  readonly #slots = new Map<string, number>();
  readonly #free: number[] = [];
  #numbers: Float64Array;

  constructor({ name, help, labelNames }: FamilyShape<string>, bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.#labelNames = labelNames;
    this.#bounds = bounds;
    this.#stride = bounds.length + 2;
    this.#numbers = new Float64Array(this.#stride);
  }

  /** The number of the series with these labels, whose values are in the order of their names; made if there is none. */
  slot(labels: readonly string[]): number {
    const key = labels.join(SEPARATOR);
    return this.#slots.get(key) ?? this.#add(key);
  }

  /** Counts a value. */
  observe(slot: number, value: number): void {
    const start = slot * this.#stride;
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket += 1;
    const sum = start + this.#stride - 1;
    this.#numbers[start + bucket] = (this.#numbers[start + bucket] ?? 0) + 1;
    this.#numbers[sum] = (this.#numbers[sum] ?? 0) + value;
  }

  /** Drops a series. */
  remove(labels: readonly string[]): void {
    const key = labels.join(SEPARATOR);
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    this.#slots.delete(key);
    this.#free.push(slot);
  }

  get(): Promise<Collected> {
    const values = [...this.#slots].flatMap(([key, slot]) => this.#samples(key, slot * this.#stride));
    return Promise.resolve({ name: this.name, help: this.help, type: this.type, values, aggregator: "sum" });
  }

  reset(): void {
    this.#numbers.fill(0);
  }

  #add(key: string): number {
    const slot = this.#free.pop() ?? this.#slots.size;
    const start = slot * this.#stride;
    if (start + this.#stride > this.#numbers.length) {
      const larger = new Float64Array(this.#numbers.length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers.fill(0, start, start + this.#stride);
    this.#slots.set(key, slot);
    return slot;
  }

  #samples(key: string, start: number): readonly Sample[] {
    const labels = labelsOf(this.#labelNames, key);
    let count = 0;
    const buckets = [...this.#bounds, "+Inf"].map((le, index) => {
      count += this.#numbers[start + index] ?? 0;
      return { labels: { le, ...labels }, value: count, metricName: `${this.name}_bucket` };
    });
    const sum = this.#numbers[start + this.#stride - 1] ?? 0;
    return [
      ...buckets,
      { labels, value: sum, metricName: `${this.name}_sum` },
      { labels, value: count, metricName: `${this.name}_count` },
    ];
  }
}

/** Several managers may share one registry (several clusters in one process), so a family that is there is used. */
export function sharedFamily<Family extends { readonly name: string }>(
  registry: Registry,
  family: Family,
): Family {
  const known: unknown = registry.getSingleMetric(family.name);
  if (known instanceof NumberFamily || known instanceof HistogramFamily) return known as unknown as Family;
  // A registry asks its metrics for no more than these families have.
  registry.registerMetric(family as unknown as Metric);
  return family;
}

function labelsOf(names: readonly string[], key: string): Readonly<Record<string, string>> {
  const values = key.split(SEPARATOR);
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""]));
}
