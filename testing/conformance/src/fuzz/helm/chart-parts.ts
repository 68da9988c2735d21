import type { Dice } from "../dice.ts";
import type { ValueType } from "./signatures.ts";

/** Files of a chart that its templates may read. */
export function someChartFiles(dice: Dice): Readonly<Record<string, string>> {
  return {
    "files/a.txt": dice.pick(["one\ntwo\n", "line", "", "a: 1\n\n  b: 2"]),
    "files/b.yaml": "k: v\nl: [1, 2]\n",
    "files/t.tpl": dice.pick(["{{ .Values.s0 }}", "{{ .Release.Name | upper }} plain", "no action"]),
    "config/deep/c.json": '{"c": [1, {"d": null}]}',
    ...(dice.chance(0.3)
      ? {
          ".helmignore": dice.pick([
            "config\n",
            dice.risks(0.2) ? "*.txt\n!a.txt\n" : "*.txt\n",
            "files/b*\n# x\n",
            "/files/\n",
          ]),
        }
      : {}),
  };
}

/** Definitions of resources, of which nothing is rendered. */
export function someCrds(dice: Dice): Readonly<Record<string, string>> {
  const definition = (name: string): string =>
    `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: ${name}.example.com\n`;
  return {
    "crds/a.yaml": `${definition("as")}${dice.chance(0.3) ? `---\n${definition("bs")}` : ""}`,
    ...(dice.chance(0.3) ? { "crds/deep/{{ c }}.yaml": `# {{ .Values }}\n${definition("cs")}` } : {}),
    ...(dice.chance(0.2) ? { "crds/d.yaml": dice.pick(["", "---\n", "kind: Other\n", "a: b: c\n"]) } : {}),
  };
}

/** What can be named besides values: `@` stands for the root. */
const PARTS: Readonly<Partial<Record<ValueType, readonly string[]>>> = {
  str: [
    '(@.Files.Get "files/a.txt")',
    '(@.Files.Get "none")',
    '((@.Files.Glob "files/*").AsConfig)',
    '((@.Files.Glob "**.yaml").AsSecrets)',
    '(@.Files.GetBytes "config/deep/c.json" | toString)',
    '(tpl (@.Files.Get "files/t.tpl") $)',
    "@.Capabilities.KubeVersion.Version",
    "@.Capabilities.KubeVersion.Major",
    "@.Capabilities.HelmVersion.Version",
    "@.Template.Name",
  ],
  strs: ['(@.Files.Lines "files/a.txt")', '(@.Files.Lines "none")'],
  list: ['(@.Files.Lines "files/a.txt")', "(keys @.Values.d0 | sortAlpha)", "@.Chart.Keywords"],
  dict: [
    '(lookup "v1" "ConfigMap" "ns" "x")',
    '(lookup "apps/v1" "Deployment" "" "")',
    "@.Template",
    "@.Release",
    "@.Values.global",
    '(fromJson (@.Files.Get "config/deep/c.json"))',
    '(fromYaml (@.Files.Get "files/b.yaml"))',
  ],
  bool: [
    '(@.Capabilities.APIVersions.Has "apps/v1")',
    '(@.Capabilities.APIVersions.Has "example.com/v1/Thing")',
    '(semverCompare ">=1.30-0" @.Capabilities.KubeVersion.Version)',
    "@.Release.IsUpgrade",
  ],
  any: [
    "@.Subcharts",
    "@.Values.sub",
    "@.Values.imported",
    "@.Values.global",
    "@.Template",
    "@.Chart.Type",
    "@.Chart.Home",
    "@.Chart.IsRoot",
    "@.Chart.KubeVersion",
    '(lookup "v1" "Pod" "" "")',
    '(@.Files.Get "files/b.yaml")',
    "@.Capabilities.KubeVersion",
    '(index @.Values "d0")',
  ],
};

/** Something that a chart has besides its values; nothing where there is none of the type. */
export function somePart(dice: Dice, type: ValueType, root: string): string | undefined {
  const parts = PARTS[type];
  return parts === undefined ? undefined : dice.pick(parts).replaceAll("@", root);
}

/** Annotations of a hook. */
export function someHook(dice: Dice): readonly string[] {
  const event = dice.pick([
    "pre-install",
    "post-install,post-upgrade",
    "test",
    "test-success",
    "pre-install, post-delete",
    "pre-rollback",
    dice.risks(0.5) ? "crd-install" : "post-delete",
    dice.risks(0.5) ? "nonsense,pre-install" : "pre-delete",
  ]);
  const weight = dice.risks(0.2) ? dice.pick(["x", "1.5", ""]) : String(dice.int(-2, 3));
  return [
    "  annotations:",
    `    "helm.sh/hook": "${event}"`,
    ...(dice.chance(0.7) ? [`    "helm.sh/hook-weight": "${weight}"`] : []),
    ...(dice.chance(0.3)
      ? [
          `    "helm.sh/hook-delete-policy": ${dice.pick(["hook-succeeded", "before-hook-creation,hook-failed"])}`,
        ]
      : []),
  ];
}

/** Flags of a render. */
export function someFlags(dice: Dice): Readonly<Record<string, string | boolean>> {
  const flags: readonly (readonly [share: number, name: string, value: () => string | boolean])[] = [
    [0.12, "set", () => (dice.risks(0.1) ? "sub=null" : dice.pick(SETS))],
    [0.06, "set-string", () => dice.pick(["s0=1", "i0=7", "nested.deep.x=true", "new.key=null"])],
    [
      0.06,
      "set-json",
      () => dice.pick(['l0=[1,"x",null]', '{"d0":{"a":null,"n":1.5}}', 'nested={"deep":{}}']),
    ],
    [0.04, "set-literal", () => dice.pick(["s0=a,b{c}", "d0.name=\\x"])],
    [0.1, "is-upgrade", () => true],
    [0.1, "no-hooks", () => true],
    [0.06, "skip-tests", () => true],
    [0.15, "include-crds", () => true],
    [0.06, "skip-schema-validation", () => true],
    [0.08, "show-only", () => dice.pick(["templates/t0.yaml", "charts/sub/templates/*.yaml", "templates/*"])],
    [0.08, "api-versions", () => dice.pick(["example.com/v1/Thing", "a/v1,example.com/v1"])],
    [0.12, "kube-version", () => dice.pick(["v1.30.2", "1.31", "1.29.0-gke.100", "1.21"])],
  ];
  const given = flags.filter(([share]) => dice.chance(share));
  return Object.fromEntries(given.map(([, name, value]) => [name, value()]));
}

/** Flags of a lint, which are few. */
export function someLintFlags(dice: Dice): Readonly<Record<string, string | boolean>> {
  const all = someFlags(dice);
  const shared = ["set", "set-string", "set-json", "set-literal", "skip-schema-validation", "kube-version"];
  const kept = Object.entries(all).filter(([name]) => shared.includes(name));
  return {
    lint: true,
    ...Object.fromEntries(kept),
    ...(dice.chance(0.2) ? { strict: true } : {}),
    ...(dice.chance(0.2) ? { quiet: true } : {}),
    ...(dice.chance(0.3) ? { "with-subcharts": true } : {}),
  };
}

const SETS = [
  "s0=set",
  "i0=7,b0=false",
  "l0[1]=x",
  "l1[5].k=over",
  "d0.a=null",
  "nested.deep.x.y=1",
  "words={a,b}",
  "sub.s0=set",
  "sub.d0=null",
  "global.g=set",
  "tags.front=false",
  "tags.back=true",
] as const;
