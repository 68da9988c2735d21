import type { Random } from "@weir/core";

import { Dice } from "../dice.ts";
import type { FuzzCase } from "../fuzz-target.ts";
import { ODD_STRINGS, someScalar, someValue } from "../kustomize/scalars.ts";
import { someStyle, type Yaml, type YamlFields, YamlWriter } from "../yaml-writer.ts";
import { quoted } from "./literals.ts";
import { TemplateWriter } from "./template-text.ts";

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

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  files(): Readonly<Record<string, string>> {
    const dice = this.#dice;
    const hasSubchart = dice.chance(0.3);
    this.#templates.push(...dice.many(0, 3, (index) => `c.t${index}`));
    this.#write("c/Chart.yaml", this.#metadata("c", hasSubchart));
    this.#write("c/values.yaml", this.#values(hasSubchart));
    this.#helpers();
    for (let at = 0; at < dice.int(1, 3); at += 1) this.#template(`c/templates/t${at}.yaml`, "c");
    if (hasSubchart) this.#subchart();
    if (dice.chance(0.15)) this.#files.set("c/templates/NOTES.txt", this.#loose());
    if (dice.chance(0.1)) this.#write("c/values.schema.json", this.#schema());
    if (dice.chance(0.3)) this.#write("v.yaml", this.#values(hasSubchart, 0.5));
    return Object.fromEntries(this.#files);
  }

  options(): FuzzCase["options"] {
    const dice = this.#dice;
    const set = dice.maybe(0.15, () => dice.pick(SETS));
    return {
      ...(this.#files.has("v.yaml") ? { values: "v.yaml" } : {}),
      ...(set === undefined ? {} : { set }),
      ...(dice.chance(0.1) ? { "is-upgrade": true } : {}),
      ...(dice.chance(0.1) ? { "no-hooks": true } : {}),
      ...(dice.chance(0.1) ? { "kube-version": dice.pick(["v1.30.2", "1.31", "1.29.0-gke.100"]) } : {}),
    };
  }

  #write(path: string, value: Yaml): void {
    const text = path.endsWith(".json")
      ? JSON.stringify(value)
      : new YamlWriter(this.#dice, someStyle(this.#dice)).document(value);
    this.#files.set(path, text);
  }

  #metadata(name: string, hasSubchart = false): YamlFields {
    const dice = this.#dice;
    return {
      apiVersion: dice.chance(0.9) ? "v2" : "v1",
      name,
      version: dice.pick(["0.1.0", "1.2.3-rc.1", "v2.0.0", "1.2"]),
      appVersion: dice.maybe(0.6, () => dice.pick<Yaml>(["1.16.0", "v9", "1.0"])),
      annotations: dice.maybe(0.2, () => ({ a: "1", "b/c": "x: y" })),
      dependencies: hasSubchart && dice.chance(0.5) ? [this.#dependency()] : undefined,
    };
  }

  #dependency(): YamlFields {
    const dice = this.#dice;
    return {
      name: "sub",
      version: dice.pick(["0.1.0", "*", ">=0.0.0-0", "^1"]),
      repository: "",
      condition: dice.maybe(0.4, () => dice.pick(["sub.enabled", "b0", "missing.flag,b1"])),
      alias: dice.maybe(0.25, () => dice.pick(["other", "sub2"])),
      tags: dice.maybe(0.2, () => ["front"]),
      "import-values": dice.maybe(0.2, () => [
        dice.chance(0.5) ? "exported" : { child: "nested", parent: "imported" },
      ]),
    };
  }

  #values(hasSubchart: boolean, share = 1): YamlFields {
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
      global: { g: "glob", n: dice.int(0, 3) },
      sub: hasSubchart
        ? { s0: "from parent", enabled: dice.chance(0.8), d0: dice.chance(0.3) ? null : { b: "over" } }
        : undefined,
      tags: hasSubchart ? dice.maybe(0.2, () => ({ front: dice.chance(0.5) })) : undefined,
    };
    return Object.fromEntries(Object.entries(all).filter(() => dice.chance(share)));
  }

  #helpers(): void {
    const writer = new TemplateWriter(this.#dice);
    const lines = this.#templates.flatMap((name, index) =>
      writer.definition(name, this.#templates.slice(0, index)),
    );
    this.#files.set("c/templates/_helpers.tpl", `${lines.join("\n")}\n`);
  }

  #template(path: string, chart: string): void {
    const dice = this.#dice;
    const writer = new TemplateWriter(dice);
    const scope = { root: dice.pick(["$", ""]), variables: [], templates: this.#templates, dotIsRoot: true };
    const documents = dice.many(1, dice.chance(0.3) ? 3 : 1, (index) => [
      ...(dice.chance(0.2) ? writer.loose(scope) : []),
      "apiVersion: v1",
      `kind: ${dice.pick(["ConfigMap", "Secret", "Service", "Widget"])}`,
      "metadata:",
      `  name: {{ .Release.Name }}-${chart}-${index}`,
      ...this.#hook(),
      "data:",
      ...writer.entries(scope, 2),
    ]);
    this.#files.set(path, `${documents.map((lines) => lines.join("\n")).join("\n---\n")}\n`);
  }

  #hook(): readonly string[] {
    const dice = this.#dice;
    if (!dice.chance(0.1)) return [];
    const event = dice.pick(["pre-install", "post-upgrade", "test", "pre-install,post-delete"]);
    return [
      "  annotations:",
      `    "helm.sh/hook": ${event}`,
      `    "helm.sh/hook-weight": ${quoted(dice, String(dice.int(-2, 3)))}`,
    ];
  }

  #loose(): string {
    const writer = new TemplateWriter(this.#dice);
    const scope = { root: "", variables: [], templates: this.#templates, dotIsRoot: true };
    return `${writer.loose(scope).join("\n")}\n`;
  }

  #subchart(): void {
    const dice = this.#dice;
    this.#write("c/charts/sub/Chart.yaml", {
      ...this.#metadata("sub"),
      version: dice.pick(["0.1.0", "1.0.0"]),
      type: dice.chance(0.1) ? "library" : undefined,
    });
    const values = this.#values(false);
    this.#write("c/charts/sub/values.yaml", { ...values, exports: { exported: { imported: "yes" } } });
    this.#template("c/charts/sub/templates/s.yaml", "sub");
  }

  #schema(): YamlFields {
    const dice = this.#dice;
    return {
      $schema: "http://json-schema.org/draft-07/schema#",
      type: "object",
      required: dice.some(dice.takesRisks ? ["s0", "i0", "absent"] : ["s0", "i0"], 2),
      properties: {
        i0: { type: "integer", minimum: dice.int(-5, dice.takesRisks ? 1 : -2) },
        s0: dice.chance(0.5)
          ? { type: "string", minLength: dice.int(0, 2) }
          : { enum: ["alpha", "beta", ""] },
      },
    };
  }
}

const SETS = [
  "s0=set",
  "i0=7,b0=false",
  "l0[1]=x",
  "d0.a=null",
  "nested.deep.x.y=1",
  "words={a,b}",
  "sub.s0=set",
  "global.g=set",
  "tags.front=false",
] as const;
