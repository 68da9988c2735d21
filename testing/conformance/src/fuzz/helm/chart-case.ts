import type { Random } from "@weir/core";

import { Dice } from "../dice.ts";
import type { FuzzCase } from "../fuzz-target.ts";
import { ODD_STRINGS, someScalar, someValue } from "../kustomize/scalars.ts";
import { someStyle, type Yaml, type YamlFields, YamlWriter } from "../yaml-writer.ts";
import { someChartFiles, someCrds, someFlags, someHook, someLintFlags } from "./chart-parts.ts";
import { EXPORTS, LIBRARY_TEMPLATES, someSubcharts, type Subchart, valuesForSubcharts } from "./subcharts.ts";
import { TemplateWriter } from "./template-text.ts";
import { someSchema } from "./value-schema.ts";

const WORDS = ["alpha", "beta", "gamma delta", "", "x1", "Foo", "10", "yes"] as const;
const TEMPLATE_VALUES = [
  "{{ .Values.s0 }}",
  "{{ .Release.Name }}-{{ .Chart.Name }}",
  "{{ with .Values.d0 }}{{ toJson . }}{{ end }}",
  "{{ .Values.missing }}",
  "no template",
  "{{ bad",
  '{{ template "c.nope" . }}',
] as const;

/** Makes a chart with values and flags: mostly one that renders. */
export function generateChart(random: Random): FuzzCase {
  const dice = new Dice(random, 0.3);
  const maker = new ChartMaker(dice);
  return { files: maker.files(), run: "c", options: maker.options() };
}

class ChartMaker {
  readonly #dice: Dice;
  readonly #files = new Map<string, string>();
  readonly #templates: string[] = ["c.name"];
  readonly #subcharts: readonly Subchart[];

  constructor(dice: Dice) {
    this.#dice = dice;
    this.#subcharts = dice.chance(0.4) ? someSubcharts(dice) : [];
  }

  files(): Readonly<Record<string, string>> {
    const dice = this.#dice;
    const own = ["c.name", ...dice.many(0, 3, (index) => `c.t${index}`)];
    this.#templates.splice(0, 1, ...own);
    this.#write("c/Chart.yaml", this.#metadata("c", this.#subcharts));
    this.#write("c/values.yaml", this.#values());
    this.#helpers(own);
    if (this.#subcharts.some(({ name }) => name === "lib")) this.#templates.push(...LIBRARY_TEMPLATES);
    for (let at = 0; at < dice.int(1, 3); at += 1) this.#template(`c/templates/t${at}.yaml`, "c");
    for (const chart of this.#subcharts) this.#subchart("c", chart);
    if (dice.chance(0.15)) this.#files.set("c/templates/NOTES.txt", this.#loose());
    if (dice.chance(0.2)) this.#write("c/values.schema.json", someSchema(dice));
    if (dice.chance(0.5)) this.#put("c", someChartFiles(dice));
    if (dice.chance(0.2)) this.#put("c", someCrds(dice));
    if (dice.chance(0.3)) this.#write("v.yaml", this.#values(0.5));
    return Object.fromEntries(this.#files);
  }

  options(): FuzzCase["options"] {
    const dice = this.#dice;
    return {
      ...(this.#files.has("v.yaml") ? { values: "v.yaml" } : {}),
      ...(dice.chance(0.12) ? someLintFlags(dice) : someFlags(dice)),
    };
  }

  #put(folder: string, files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) this.#files.set(`${folder}/${path}`, text);
  }

  #write(path: string, value: Yaml): void {
    const text = path.endsWith(".json")
      ? JSON.stringify(value)
      : new YamlWriter(this.#dice, someStyle(this.#dice)).document(value);
    this.#files.set(path, text);
  }

  #metadata(name: string, subcharts: readonly Subchart[]): YamlFields {
    const dice = this.#dice;
    const entries = subcharts.flatMap((chart) => chart.entries);
    return {
      apiVersion: dice.chance(0.95) ? "v2" : "v1",
      name,
      version: dice.pick(["0.1.0", "1.2.3-rc.1", "v2.0.0", "1.2"]),
      appVersion: dice.maybe(0.6, () => dice.pick<Yaml>(["1.16.0", "v9", "1.0"])),
      annotations: dice.maybe(0.2, () => ({ a: "1", "b/c": "x: y" })),
      kubeVersion: dice.maybe(0.1, () => dice.pick([">=1.20.0-0", dice.risks(0.3) ? "<1.25" : "*"])),
      keywords: dice.maybe(0.1, () => ["k", "w"]),
      home: dice.maybe(0.1, () => "https://example.com"),
      icon: dice.maybe(0.3, () => "https://example.com/i.png"),
      deprecated: dice.chance(0.03) ? true : undefined,
      dependencies: entries.length === 0 ? undefined : entries,
    };
  }

  #values(share = 1): YamlFields {
    const dice = this.#dice;
    const odd = (): Yaml => someValue(dice, 2, 0.3);
    const all: YamlFields = {
      s0: dice.pick(WORDS),
      s1: dice.risks(0.3) ? someScalar(dice, 0.2) : dice.pick(ODD_STRINGS),
      s2: "some text: here",
      i0: dice.int(-2, 5),
      i1: dice.pick([12_345_678, 80, 0, 1_000_000]),
      f0: dice.pick([1.5, -0.25, 1e21, 3.14159]),
      b0: dice.chance(0.5),
      b1: true,
      l0: dice.many(0, 4, () => someScalar(dice, 0.1)),
      l1: [1, 2.5, "x", null, [true], { k: "v" }],
      words: dice.many(1, 4, () => dice.pick(WORDS)),
      empty: [],
      d0: { a: 1, b: "two", c: dice.chance(0.5) ? null : { d: true }, name: "n" },
      nested: { s: "inner", deep: { x: odd(), y: [1] } },
      emptyd: {},
      nothing: null,
      odd0: odd(),
      odd1: odd(),
      odd2: someScalar(dice, 0.6),
      tpl0: dice.pick(dice.risks(0.5) ? TEMPLATE_VALUES : TEMPLATE_VALUES.slice(0, 5)),
      global: { g: "glob", n: dice.int(0, 3), on: dice.maybe(0.3, () => dice.chance(0.7)) },
    };
    const own = Object.fromEntries(Object.entries(all).filter(() => dice.chance(share)));
    return { ...own, ...valuesForSubcharts(dice, this.#subcharts) };
  }

  #helpers(names: readonly string[]): void {
    const writer = new TemplateWriter(this.#dice);
    const lines = names.flatMap((name, index) => writer.definition(name, names.slice(0, index)));
    this.#files.set("c/templates/_helpers.tpl", `${lines.join("\n")}\n`);
  }

  #template(path: string, chart: string): void {
    const dice = this.#dice;
    const writer = new TemplateWriter(dice);
    const scope = { root: dice.pick(["$", ""]), variables: [], templates: this.#templates, dotIsRoot: true };
    const documents = dice.many(1, dice.chance(0.3) ? 3 : 1, (index) => [
      ...(dice.chance(0.2) ? writer.loose(scope) : []),
      "apiVersion: v1",
      `kind: ${dice.pick(["ConfigMap", "Secret", "Service", "Widget", "Job", "Namespace"])}`,
      "metadata:",
      `  name: {{ .Release.Name }}-${chart}-${index}`,
      ...(dice.chance(0.15) ? someHook(dice) : []),
      "data:",
      ...writer.entries(scope, 2),
    ]);
    this.#files.set(path, `${documents.map((lines) => lines.join("\n")).join("\n---\n")}\n`);
  }

  #loose(): string {
    const writer = new TemplateWriter(this.#dice);
    const scope = { root: "", variables: [], templates: this.#templates, dotIsRoot: true };
    return `${writer.loose(scope).join("\n")}\n`;
  }

  #subchart(parent: string, chart: Subchart): void {
    const dice = this.#dice;
    const folder = `${parent}/charts/${chart.name}`;
    this.#write(`${folder}/Chart.yaml`, {
      ...this.#metadata(chart.name, chart.inner),
      version: chart.version,
      type: chart.isLibrary ? "library" : dice.pick([undefined, undefined, "application"]),
    });
    const values = this.#values();
    this.#write(`${folder}/values.yaml`, { ...values, exports: EXPORTS });
    if (chart.name === "lib") this.#library(folder);
    else this.#template(`${folder}/templates/s.yaml`, chart.name);
    if (dice.chance(0.1)) this.#files.set(`${folder}/templates/NOTES.txt`, this.#loose());
    if (dice.chance(0.1)) this.#write(`${folder}/values.schema.json`, someSchema(dice));
    if (dice.chance(0.1)) this.#put(folder, someCrds(dice));
    for (const inner of chart.inner) this.#subchart(folder, inner);
  }

  #library(folder: string): void {
    const writer = new TemplateWriter(this.#dice);
    const lines = LIBRARY_TEMPLATES.flatMap((name) => writer.definition(name, ["c.name"]));
    this.#files.set(`${folder}/templates/_lib.tpl`, `${lines.join("\n")}\n`);
    if (this.#dice.chance(0.3)) this.#template(`${folder}/templates/l.yaml`, "lib");
  }
}
