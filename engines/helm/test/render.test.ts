import { FakeClock, type JsonObject, seededRandom } from "@weir/core";
import { describe, expect, it } from "vitest";

import {
  type HelmValues,
  nameRelease,
  releaseManifest,
  RenderCache,
  renderChart,
  renderChartWithLookup,
  type RenderedChart,
  type RenderOptions,
  templateText,
} from "../src/index.ts";
import { chartOf } from "./chart-of.ts";

const RELEASE = { name: "rel", namespace: "ns" };

function render(
  files: Readonly<Record<string, string>>,
  values: HelmValues = {},
  options: Partial<RenderOptions> = {},
): RenderedChart {
  return renderChart(chartOf(files), values, { release: RELEASE, ...options });
}

/** What a template of one line gives. */
function outputOf(
  template: string,
  values: HelmValues = {},
  files: Readonly<Record<string, string>> = {},
): string {
  const { manifests } = render({ "templates/t.yaml": `out: |\n  ${template}\n`, ...files }, values);
  return manifests[0]?.content.slice("out: |\n  ".length).trimEnd() ?? "";
}

describe("a render", () => {
  it.each<readonly [string, string, string]>([
    ["prints what there is not as nothing", "a{{ .Values.none }}b", "ab"],
    ["tells numbers of files from those of flags", "{{ .Values.f }} {{ .Values.i }}", "1e+06 1000000"],
    [
      "knows the release",
      "{{ .Release.Name }} {{ .Release.Namespace }} {{ .Release.IsInstall }}",
      "rel ns true",
    ],
    ["has no field of the chart that there is not", "[{{ .Chart.Nope }}]", "[]"],
    [
      "assumes a cluster",
      '{{ .Capabilities.KubeVersion }} {{ .Capabilities.APIVersions.Has "apps/v1" }}',
      "v1.36.0 true",
    ],
    ["asks no cluster", '{{ lookup "v1" "Secret" "ns" "x" }}', "map[]"],
    ["resolves no names", '[{{ getHostByName "localhost" }}]', "[]"],
    [
      "shows definitions of a text inside of it only",
      '{{ tpl `{{ define "x" }}X{{ end }}{{ include "x" . }}` . }}',
      "X",
    ],
    ["runs an empty text within a text", '{{ tpl `a{{ tpl "" . }}b` . }}', "ab"],
    [
      "writes TOML",
      '{{ toToml (dict "a" 1.0 "t" (dict "b" (list 1 2))) | replace "\\n" ";" }}',
      "a = 1.0;;[t];  b = [1, 2];",
    ],
    [
      "reads TOML",
      '{{ fromToml "a = 1\\n[t]\\nb = 07:32:00" }}',
      "map[a:1 t:map[b:0000-01-01 07:32:00 +0000 time-local]]",
    ],
  ])("%s", (_name, template, want) => {
    expect(outputOf(template, { f: 1_000_000, i: 1_000_000n })).toBe(want);
  });

  it("reads the files of a chart", () => {
    const files = { "conf/a.txt": "one\ntwo\n", "conf/b.bin": "x" };
    expect(outputOf('{{ .Files.Get "conf/a.txt" | quote }}', {}, files)).toBe('"one\\ntwo\\n"');
    expect(outputOf('{{ .Files.Lines "conf/a.txt" }}', {}, files)).toBe("[one two]");
    expect(outputOf('{{ (.Files.Glob "conf/*").AsSecrets | quote }}', {}, files)).toBe(
      '"a.txt: b25lCnR3bwo=\\nb.bin: eA=="',
    );
  });

  it("lets a parent's definition win, and gives each chart its own values", () => {
    const { manifests } = render(
      {
        "templates/_h.tpl": '{{ define "name" }}parent{{ end }}',
        "charts/s/Chart.yaml": "apiVersion: v2\nname: s\nversion: 1.0.0\n",
        "charts/s/values.yaml": "a: default\n",
        "charts/s/templates/_h.tpl": '{{ define "name" }}child{{ end }}',
        "charts/s/templates/t.yaml":
          'kind: {{ include "name" . }}\na: {{ .Values.a }}\ng: {{ .Values.global.x }}\n',
      },
      { s: { a: "own" }, global: { x: 1 } },
    );
    expect(manifests[0]?.content).toBe("kind: parent\na: own\ng: 1\n");
    expect(manifests[0]?.path).toBe("c/charts/s/templates/t.yaml");
  });

  it("keeps the notes of the chart, and those of subcharts where asked for", () => {
    const files = {
      "templates/NOTES.txt": "own {{ .Release.Name }}",
      "charts/s/Chart.yaml": "apiVersion: v2\nname: s\nversion: 1.0.0\n",
      "charts/s/templates/NOTES.txt": "sub",
    };
    expect(render(files).notes).toBe("own rel");
    expect(render(files, {}, { subchartNotes: true }).notes).toBe("sub\nown rel");
  });

  it("prints CRDs, manifests and hooks as helm does", () => {
    const rendered = render({
      "crds/a.yaml": "kind: CustomResourceDefinition\n",
      "templates/b.yaml": "kind: Service\n---\nkind: Namespace\n",
      "templates/test.yaml": "kind: Pod\nmetadata:\n  name: t\n  annotations: {helm.sh/hook: test}\n",
    });
    expect(releaseManifest(rendered)).toBe(
      "---\n# Source: c/templates/b.yaml\nkind: Namespace\n\n---\n# Source: c/templates/b.yaml\nkind: Service\n",
    );
    expect(templateText(rendered, { includeCrds: true })).toContain(
      "# Source: c/crds/a.yaml\nkind: CustomResourceDefinition\n",
    );
    expect(templateText(rendered)).toContain("# Source: c/templates/test.yaml");
    expect(templateText(rendered, { skipTests: true })).not.toContain("test.yaml");
  });

  it("says what its output depends on", () => {
    const impuritiesOf = (template: string): readonly string[] => [
      ...render(
        { "templates/t.yaml": `a: {{ ${template} }}` },
        {},
        { lookups: new Map([['["v1","Secret","",""]', {}]]) },
      ).impurities,
    ];
    expect(impuritiesOf("1")).toEqual([]);
    expect(impuritiesOf("randAlpha 5")).toEqual(["random"]);
    expect(impuritiesOf("now | unixEpoch")).toEqual(["clock"]);
    expect(impuritiesOf('lookup "v1" "Secret" "" "" | len')).toEqual(["lookup"]);
  });

  it("gives the same with templates that it parsed before", () => {
    const chart = chartOf({ "templates/t.yaml": 'a: {{ tpl "{{ .Values.x }}" . }}' });
    const cache = new RenderCache();
    const contents = [1, 2, 3].map(
      (x) => renderChart(chart, { x }, { release: RELEASE, cache }).manifests[0]?.content,
    );
    expect(contents).toEqual(["a: 1", "a: 2", "a: 3"]);
  });
});

describe("a failure", () => {
  it.each([
    ["{{ fail `no` }}", "execution error at (c/templates/t.yaml:1:3): no"],
    ["{{ required `need` .Values.x }}", "execution error at (c/templates/t.yaml:1:3): need"],
    [
      "{{ .Values.s.x }}",
      'c/templates/t.yaml:1:10\n  executing "c/templates/t.yaml" at <.Values.s.x>:\n    can\'t evaluate field x in type interface {}',
    ],
    [
      "{{ div 1 0 }}",
      'template: c/templates/t.yaml:1:3: executing "c/templates/t.yaml" at <div 1 0>: error calling div: runtime error: integer divide by zero',
    ],
    ["{{ nope }}", 'parse error at (c/templates/t.yaml:1): function "nope" not defined'],
    [
      "a: b: c",
      "YAML parse error on c/templates/t.yaml: error converting YAML to JSON: yaml: mapping values are not allowed in this context",
    ],
  ])("of %s reads as Helm's", (template, want) => {
    expect(() => render({ "templates/t.yaml": template }, { s: "text" })).toThrow(want);
  });

  it("tells of a version of Kubernetes that does not suit", () => {
    const files = { "Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\nkubeVersion: <1.20\n" };
    expect(() => render(files)).toThrow(
      "chart requires kubeVersion: <1.20 which is incompatible with Kubernetes v1.36.0",
    );
  });

  it("tells of a name that no release can have", () => {
    expect(() => render({}, {}, { release: { name: "Rel", namespace: "ns" } })).toThrow(
      'release name check failed: release name "Rel": invalid release name, must match regex',
    );
  });
});

describe("lookup", () => {
  it("fetches what is asked for and starts again", async () => {
    const asked: string[] = [];
    const chart = chartOf({
      "templates/t.yaml":
        'a: {{ (lookup "v1" "Secret" "ns" "x").data.k }}\nb: {{ len (lookup "v1" "Pod" "" "").items }}\n',
    });
    const rendered = await renderChartWithLookup(
      chart,
      {},
      {
        release: RELEASE,
        lookup: async ({ kind, name }): Promise<JsonObject> => {
          asked.push(`${kind}/${name}`);
          return kind === "Secret" ? { data: { k: "v" } } : { items: [{}, {}] };
        },
      },
    );
    expect(rendered.manifests[0]?.content).toBe("a: v\nb: 2\n");
    expect(asked).toEqual(["Secret/x", "Pod/"]);
  });

  it("stops where a chart asks on and on", async () => {
    const chart = chartOf({
      "templates/t.yaml": '{{ range until 1000 }}{{ $x := lookup "v1" "Secret" "ns" (toString .) }}{{ end }}',
    });
    const rendering = renderChartWithLookup(chart, {}, { release: RELEASE, lookup: async () => ({}) });
    await expect(rendering).rejects.toThrow("the chart looks up more than 100 objects");
  });
});

describe("a post-renderer", () => {
  const files = {
    "templates/a.yaml": "kind: ConfigMap\nmetadata:\n  name: a\n",
    "templates/h.yaml": "kind: Job\nmetadata:\n  name: h\n  annotations: {helm.sh/hook: pre-install}\n",
  };
  const label = (objects: readonly JsonObject[]): readonly JsonObject[] =>
    objects.map((object) => ({ ...object, labelled: true }));

  it("changes manifests and hooks, or manifests alone", () => {
    const all = render(files, {}, { postRenderer: label });
    expect(all.manifests[0]?.content).toBe(
      "kind: ConfigMap\nlabelled: true\nmetadata:\n  annotations: {}\n  name: a\n",
    );
    expect(all.hooks[0]?.manifest).toContain("labelled: true");
    const some = render(files, {}, { postRenderer: label, postRenderStrategy: "nohooks" });
    expect(some.hooks[0]?.manifest).not.toContain("labelled");
    expect(some.manifests[0]?.content).toContain("labelled: true");
  });

  it("may add objects, and may fail", () => {
    const added = render(files, {}, { postRenderer: (objects) => [...objects, { kind: "Secret" }] });
    expect(added.manifests.map(({ path }) => path)).toContain("generated-by-postrender-2.yaml");
    const failing = (): never => {
      throw new TypeError("broken");
    };
    expect(() => render(files, {}, { postRenderer: failing })).toThrow(
      "error while running post render on files: broken",
    );
  });
});

describe("the name of a release", () => {
  it("is made by a template", () => {
    const context = { clock: new FakeClock(), random: seededRandom(1) };
    expect(nameRelease('{{ "X" | lower }}-{{ add 1 2 }}', context)).toBe("x-3");
  });
});
