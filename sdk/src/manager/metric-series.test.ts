import { Counter, Histogram, Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import { HistogramFamily, NumberFamily, sharedFamily } from "./metric-series.ts";

const BOUNDS = [0.1, 1, 10];
const SHAPE = { name: "took_seconds", help: "How long it took.", labelNames: ["kind", "name"] };

describe("a histogram family", () => {
  test("reads as prom-client's does", async () => {
    const [ours, theirs] = [new Registry(), new Registry()];
    const family = sharedFamily(ours, new HistogramFamily(SHAPE, BOUNDS));
    const histogram = new Histogram({ ...SHAPE, buckets: BOUNDS, registers: [theirs] });
    for (let value = 0.05; value < 50; value *= 1.5) {
      for (const name of ["a", "b", 'c "quoted"']) {
        family.observe(family.slot(["Thing", name]), value);
        histogram.observe({ kind: "Thing", name }, value);
      }
    }
    expect(await ours.metrics()).toBe(await theirs.metrics());
  });

  test("gives the place of a series that went to the next, empty", async () => {
    const family = new HistogramFamily(SHAPE, BOUNDS);
    family.observe(family.slot(["Thing", "a"]), 5);
    const slot = family.slot(["Thing", "b"]);
    family.observe(slot, 5);
    family.remove(["Thing", "b"]);
    expect(family.slot(["Thing", "c"])).toBe(slot);
    const { values } = await family.get();
    const counts = values.filter(({ metricName }) => metricName === "took_seconds_count");
    expect(counts).toEqual([
      { labels: { kind: "Thing", name: "a" }, value: 1, metricName: "took_seconds_count" },
      { labels: { kind: "Thing", name: "c" }, value: 0, metricName: "took_seconds_count" },
    ]);
  });
});

describe("a number family", () => {
  test("reads as prom-client's counter does", async () => {
    const [ours, theirs] = [new Registry(), new Registry()];
    const shape = { name: "things_total", help: "How many.", labelNames: ["kind"] };
    const family = sharedFamily(ours, new NumberFamily("counter", shape));
    const counter = new Counter({ ...shape, registers: [theirs] });
    for (const kind of ["A", "B", "A"]) {
      family.series({ kind }).value += 1;
      counter.inc({ kind });
    }
    expect(await ours.metrics()).toBe(await theirs.metrics());
  });

  test("is one for all that share a registry", () => {
    const registry = new Registry();
    const shape = { name: "things_total", help: "How many.", labelNames: ["kind"] };
    const first = sharedFamily(registry, new NumberFamily("counter", shape));
    expect(sharedFamily(registry, new NumberFamily("counter", shape))).toBe(first);
  });
});
