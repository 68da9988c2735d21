import { describe, expect, test } from "vitest";
import {
  buildKustomization,
  emitResources,
  type ExplainedStep,
  explain,
  ExplainError,
  type ExplainOptions,
  formatExplanation,
} from "../src/index.ts";
import { treeOf } from "./build-tree.ts";

const files = {
  "base/kustomization.yaml": `resources:
- web.yaml
configMapGenerator:
- name: settings
  literals:
  - a=1
  - b=2
  files:
  - app.conf
secretGenerator:
- name: login
  envs: [login.env]
`,
  "base/app.conf": "x",
  "base/login.env": "# who\nuser=me\npassword=hunter2\n",
  "base/web.yaml": `apiVersion: v1
kind: Service
metadata: {name: web}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: app
        image: nginx:1
        command: [run, $(HOST)]
        envFrom:
        - configMapRef: {name: settings}
`,
  "comp/kustomization.yaml": `apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 2
`,
  "over/kustomization.yaml": `namePrefix: dev-
namespace: team
resources:
- ../base
components: [../comp]
patches:
- path: replicas.yaml
- target: {kind: Deployment}
  patch: |
    - op: replace
      path: /spec/replicas
      value: 5
labels:
- pairs:
    example.com/team: blue
images:
- name: nginx
  newTag: "2"
configMapGenerator:
- name: settings
  behavior: merge
  literals: [b=3]
replacements:
- source: {kind: Service, name: web, fieldPath: metadata.name}
  targets:
  - select: {kind: Deployment}
    fieldPaths: [spec.serviceName]
    options: {create: true}
vars:
- name: HOST
  objref: {apiVersion: v1, kind: Service, name: web}
transformers:
- annotate.yaml
`,
  "over/annotate.yaml": `apiVersion: builtin
kind: AnnotationsTransformer
metadata: {name: annotate}
annotations: {made-by: hand}
fieldSpecs:
- {path: metadata/annotations, create: true}
`,
  "over/replicas.yaml": `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  template:
    spec:
      containers:
      - name: side
        image: busybox
`,
};

/** The steps of an explanation in short: `layer cause place: before -> after`. */
function stepsOf(selector: string, options?: ExplainOptions): readonly string[] {
  return explain(treeOf(files), "over", selector, options).steps.map(shortOf);
}

function shortOf({ layer, cause, file, line, before, after }: ExplainedStep): string {
  const place = file === undefined ? "" : ` ${file}${line === undefined ? "" : `:${line}`}`;
  return `${layer} ${cause}${place}: ${JSON.stringify(before) ?? "-"} -> ${JSON.stringify(after) ?? "-"}`;
}

const HASHED = "dev-settings-4m5gmm8g5h";
const OVER = "over/kustomization.yaml";

describe("explain", () => {
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly selector: string;
    readonly want: readonly string[];
  }> = [
    {
      name: "a base, a component, a patch file and a JSON patch",
      selector: "Deployment/web:spec.replicas",
      want: [
        "base/kustomization.yaml resources[0] base/web.yaml:10: - -> 1",
        "comp/kustomization.yaml patches[0] comp/kustomization.yaml:9: 1 -> 2",
        `${OVER} patches[0] over/replicas.yaml:6: 2 -> 3`,
        `${OVER} patches[1] over/kustomization.yaml:10: 3 -> 5`,
      ],
    },
    {
      name: "an element by its place in the output, which it did not have before",
      selector: "team/deployment.apps/dev-web:spec.template.spec.containers[1].image",
      want: [
        'base/kustomization.yaml resources[0] base/web.yaml:15: - -> "nginx:1"',
        `${OVER} images[0] over/kustomization.yaml:17: "nginx:1" -> "nginx:2"`,
      ],
    },
    {
      name: "an element by its merge key",
      selector: "Deployment/web:spec.template.spec.containers[side].image",
      want: [`${OVER} patches[0] over/replicas.yaml:11: - -> "busybox"`],
    },
    {
      name: "a generator that merges, at the literal that it has",
      selector: "ConfigMap/settings:data.b",
      want: [
        'base/kustomization.yaml configMapGenerator[0] base/kustomization.yaml:7: - -> "2"',
        `${OVER} configMapGenerator[0] over/kustomization.yaml:22: "2" -> "3"`,
      ],
    },
    {
      name: "a generator's file",
      selector: "ConfigMap/settings:data[app.conf]",
      want: ['base/kustomization.yaml configMapGenerator[0] base/app.conf:1: - -> "x"'],
    },
    {
      name: "prefix and hash of a name",
      selector: "ConfigMap/settings:metadata.name",
      want: [
        'base/kustomization.yaml configMapGenerator[0] base/kustomization.yaml:4: - -> "settings"',
        `${OVER} namePrefix over/kustomization.yaml:1: "settings" -> "dev-settings"`,
        `${OVER} name hash over/kustomization.yaml: "dev-settings" -> "${HASHED}"`,
      ],
    },
    {
      name: "a reference that follows",
      selector: "Deployment/web:spec.template.spec.containers[app].envFrom[0].configMapRef.name",
      want: [
        'base/kustomization.yaml resources[0] base/web.yaml:18: - -> "settings"',
        `${OVER} name references over/kustomization.yaml: "settings" -> "${HASHED}"`,
      ],
    },
    {
      name: "a namespace",
      selector: "Service/web:metadata.namespace",
      want: [`${OVER} namespace over/kustomization.yaml:2: - -> "team"`],
    },
    {
      name: "a label",
      selector: "Service/web:metadata.labels[example.com/team]",
      want: [`${OVER} labels[0] over/kustomization.yaml:15: - -> "blue"`],
    },
    {
      name: "a replacement",
      selector: "Deployment/web:spec.serviceName",
      want: [`${OVER} replacements[0] over/kustomization.yaml:24: - -> "dev-web"`],
    },
    {
      name: "a var",
      selector: "Deployment/web:spec.template.spec.containers[name=app].command[1]",
      want: [
        'base/kustomization.yaml resources[0] base/web.yaml:16: - -> "$(HOST)"',
        `${OVER} vars over/kustomization.yaml:29: "$(HOST)" -> "dev-web"`,
      ],
    },
    {
      name: "a transformer that is configured in a file",
      selector: 'Service/web:metadata.annotations["made-by"]',
      want: [`${OVER} transformers[0] over/annotate.yaml:1: - -> "hand"`],
    },
    {
      name: "a field that nothing wrote",
      selector: "Service/web:spec.type",
      want: [],
    },
  ];

  test.each(cases)("tells of $name", ({ selector, want }) => {
    expect(stepsOf(selector)).toEqual(want);
  });

  test("says whom a reference follows, and who follows a name", () => {
    const reference = explain(
      treeOf(files),
      "over",
      "Deployment/web:spec.template.spec.containers[app].envFrom[0].configMapRef.name",
    );
    expect(reference.steps.at(-1)?.why).toBe(`follows ConfigMap/settings, which is now ${HASHED}`);
    expect(explain(treeOf(files), "over", `ConfigMap/${HASHED}:metadata.name`).followers).toEqual([
      { apiVersion: "apps/v1", kind: "Deployment", namespace: "team", name: "dev-web" },
    ]);
  });

  test("shows no value of a Secret unless it is told to", () => {
    const hidden = explain(treeOf(files), "over", "Secret/login");
    expect(JSON.stringify(hidden)).not.toContain(Buffer.from("hunter2").toString("base64"));
    expect(hidden.value).toMatchObject({ data: { user: "***", password: "***" }, type: "Opaque" });
    const [step] = explain(treeOf(files), "over", "Secret/login:data.password", { showsSecrets: true }).steps;
    expect(step).toMatchObject({ file: "base/login.env", line: 3, after: "aHVudGVyMg==" });
  });

  test("tells what removed an object", () => {
    const tree = treeOf({
      "kustomization.yaml": "resources: [web.yaml]\npatches: [{path: gone.yaml}]",
      "web.yaml": files["base/web.yaml"],
      "gone.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n$patch: delete\n",
    });
    const explanation = explain(tree, ".", "Service/web:metadata.name");
    expect(explanation).toMatchObject({ isRemoved: true, object: { kind: "Service", name: "web" } });
    expect(explanation.steps.map(shortOf)).toEqual([
      'kustomization.yaml resources[0] web.yaml:3: - -> "web"',
      'kustomization.yaml patches[0] gone.yaml:3: "web" -> -',
    ]);
  });

  test("tells the spec of a Flux Kustomization from what the repository says", () => {
    const flux = {
      spec: {
        targetNamespace: "prod",
        patches: [
          { patch: "- {op: replace, path: /spec/replicas, value: 9}", target: { kind: "Deployment" } },
        ],
        images: [{ name: "nginx", newTag: "3" }],
      },
      substitution: { variables: new Map([["LEVEL", "4"]]) },
      commonMetadata: { labels: { tier: "${LEVEL}" } },
    };
    const from = (selector: string): readonly string[] =>
      explain(treeOf({ ...files, "base/app.conf": "${LEVEL}" }), "over", selector, { flux }).steps.map(
        shortOf,
      );
    expect(from("Deployment/web:spec.replicas").slice(2)).toEqual([
      `${OVER} patches[0] over/replicas.yaml:6: 2 -> 3`,
      `${OVER} patches[1] over/kustomization.yaml:10: 3 -> 5`,
      "spec patches[0]: 5 -> 9",
    ]);
    expect(from("Deployment/web:spec.template.spec.containers[app].image").at(-1)).toBe(
      'spec images[0]: "nginx:1" -> "nginx:3"',
    );
    expect(from("Deployment/web:metadata.namespace")).toEqual(['spec targetNamespace: - -> "prod"']);
    expect(from("Deployment/web:metadata.labels.tier")).toEqual(['spec commonMetadata: - -> "${LEVEL}"']);
    expect(from("ConfigMap/settings:data[app.conf]")).toEqual([
      'base/kustomization.yaml configMapGenerator[0] base/app.conf:1: - -> "${LEVEL}"',
      'spec postBuild: "${LEVEL}" -> 4',
    ]);
  });

  test("reads as text", () => {
    expect(formatExplanation(explain(treeOf(files), "over", "Service/web:metadata.name"))).toBe(
      `team/Service/dev-web: metadata.name = "dev-web"

1. base/kustomization.yaml: resources[0]  (base/web.yaml:3)
   the object as the file has it
   set to "web"

2. over/kustomization.yaml: namePrefix  (over/kustomization.yaml:1)
   "dev-" begins every name
   "web" → "dev-web"
`,
    );
  });

  test("changes nothing of what the build gives", () => {
    const tree = treeOf(files);
    const before = emitResources(buildKustomization(tree, "over").objects);
    for (const { selector } of cases) explain(tree, "over", selector);
    expect(emitResources(buildKustomization(tree, "over").objects)).toBe(before);
    const whole = explain(tree, "over", "Deployment/web");
    expect(before).toContain(emitResources([whole.value as never]));
  });

  const refusals: ReadonlyArray<{
    readonly selector: string;
    readonly want: string;
    readonly reason: string;
  }> = [
    {
      selector: "web",
      want: 'cannot explain "web": an object is written [NAMESPACE/]KIND[.GROUP]/NAME[:FIELD.PATH]',
      reason: "InvalidSelector",
    },
    {
      selector: "Service/web:a[",
      want: 'cannot explain "Service/web:a[": "a[" is no field path',
      reason: "InvalidSelector",
    },
    {
      selector: "Service/wep",
      want: 'cannot explain "Service/wep": the build has no such object, there are team/Service/dev-web',
      reason: "ObjectNotFound",
    },
    {
      selector: "Job/web",
      want: 'cannot explain "Job/web": the build has no such object, there is no Job',
      reason: "ObjectNotFound",
    },
  ];
  test.each(refusals)("refuses $selector", ({ selector, want, reason }) => {
    const ask = (): unknown => explain(treeOf(files), "over", selector);
    expect(ask).toThrow(ExplainError);
    expect(ask).toThrow(expect.objectContaining({ message: want, reason }));
  });

  test("asks which of several objects is meant", () => {
    const map = (namespace: string): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: ${namespace}}\n`;
    const tree = treeOf({
      "kustomization.yaml": "resources: [c.yaml]",
      "c.yaml": `${map("a")}---\n${map("b")}`,
    });
    expect(() => explain(tree, ".", "ConfigMap/c")).toThrow(
      'cannot explain "ConfigMap/c": it means several objects: a/ConfigMap/c, b/ConfigMap/c',
    );
    expect(explain(tree, ".", "b/ConfigMap/c").object.namespace).toBe("b");
  });
});
