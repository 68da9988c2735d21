import type { Dice } from "../dice.ts";
import type { Yaml, YamlFields } from "../yaml-writer.ts";

/** A chart below another one. */
export interface Subchart {
  readonly name: string;
  readonly version: string;
  readonly isLibrary: boolean;
  /** What its parent calls it: its name, or its aliases. */
  readonly calledAs: readonly string[];
  readonly inner: readonly Subchart[];
  /** What the parent's Chart.yaml says of it, if anything. */
  readonly entries: readonly YamlFields[];
}

/** Templates that a library defines. */
export const LIBRARY_TEMPLATES: readonly string[] = ["lib.name", "lib.labels"];

const ALIASES = ["other", "sub2", "first"] as const;

/** The charts of a chart, mostly one. */
export function someSubcharts(dice: Dice): readonly Subchart[] {
  const charts = [someSubchart(dice, "sub", true)];
  if (dice.chance(0.35)) charts.push(someSubchart(dice, "extra", true));
  if (dice.chance(0.35)) charts.push({ ...someSubchart(dice, "lib", false), isLibrary: true });
  return charts;
}

function someSubchart(dice: Dice, name: string, mayNest: boolean): Subchart {
  const version = dice.pick(["0.1.0", "0.1.0", "1.0.0"]);
  const entries = dice.chance(0.75) ? someEntries(dice, name) : [];
  const aliases = entries.map(({ alias }) => (typeof alias === "string" ? alias : name));
  const inner = mayNest && dice.chance(0.25) ? [someSubchart(dice, "deep", false)] : [];
  const isLibrary = mayNest && dice.chance(0.06);
  return { name, version, isLibrary, calledAs: aliases.length === 0 ? [name] : aliases, inner, entries };
}

function someEntries(dice: Dice, name: string): readonly YamlFields[] {
  const aliases = dice.chance(0.15)
    ? dice.some(ALIASES, 2)
    : [dice.chance(0.25) ? dice.pick(ALIASES) : undefined];
  return aliases.map((alias) => someEntry(dice, name, alias));
}

function someEntry(dice: Dice, name: string, alias: string | undefined): YamlFields {
  const called = alias ?? name;
  return {
    name,
    version: dice.pick(["0.1.0", "*", ">=0.0.0-0", "0.x || 1.x", dice.risks(0.3) ? "^1" : "*"]),
    repository: dice.chance(0.8) ? "" : "https://charts.example.com",
    alias,
    condition: dice.maybe(0.4, () =>
      dice.pick([`${called}.enabled`, "b0", "missing.flag,b1", `global.on,${called}.enabled`, "s0"]),
    ),
    tags: dice.maybe(0.3, () => dice.pick([["front"], ["back", "front"], ["none"]])),
    "import-values": dice.maybe(0.3, () => dice.some(IMPORTS, 2)),
  };
}

const IMPORTS: readonly Yaml[] = [
  "exported",
  "more",
  "absent",
  { child: "nested", parent: "imported" },
  { child: "nested.deep", parent: "d0" },
  { child: "d0", parent: "imported.inner" },
  { child: "missing", parent: "x" },
  { child: "s0", parent: "imported" },
];

/** What the parent's values say for its charts. */
export function valuesForSubcharts(dice: Dice, charts: readonly Subchart[]): YamlFields {
  const values: Record<string, Yaml> = {};
  for (const { calledAs, inner } of charts) {
    for (const called of calledAs) {
      if (dice.chance(0.3)) continue;
      values[called] = {
        enabled: dice.maybe(0.6, () => (dice.risks(0.2) ? "yes please" : dice.chance(0.8))),
        s0: dice.maybe(0.5, () => "from parent"),
        d0: dice.maybe(0.4, () => dice.pick<Yaml>([null, { b: "over" }, { c: null, z: 1 }])),
        l0: dice.maybe(0.2, () => ["parent"]),
        nested: dice.maybe(0.2, () => ({ s: null, deep: { x: "parent" } })),
        s2: dice.maybe(0.1, () => null),
        global: dice.maybe(0.2, () => ({ n: 9, own: true })),
        ...(inner.length === 0 ? {} : { deep: { s0: "from afar", enabled: dice.chance(0.7) } }),
      };
    }
  }
  const tags = dice.maybe(0.4, () => ({
    front: dice.chance(0.5),
    back: dice.maybe(0.5, () => dice.chance(0.5)),
  }));
  return tags === undefined ? values : { ...values, tags };
}

/** What a chart hands to the one that it is in. */
export const EXPORTS: YamlFields = {
  exported: { imported: "yes", s0: "exported", d0: { e: 1 } },
  more: { l0: ["more"], nested: { s: "more" } },
};
