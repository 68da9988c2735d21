import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HelmRelease, HelmRepository } from "@weir/api";
import type { Kind } from "@weir/client";
import type { JsonObject } from "@weir/core";
import {
  type ChartRepositoryServer,
  chartArchive,
  chartRepositoryFiles,
  eventually,
  startChartRepository,
  startToolkit,
  type Toolkit,
} from "@weir/testkit";
import { isConditionTrue } from "@weir/objects";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareLive } from "../src/diff/live/compare-live.ts";
import { releaseComparison } from "../src/diff/live/release-comparison.ts";
import type { Environment } from "../src/environment.ts";
import { previewNamed } from "../src/release/preview.ts";
import { runTemplateRelease } from "../src/release/run-template-release.ts";
import { type HelmFlagValues } from "../src/template/helm-flags.ts";

const TEMPLATES = {
  "config.yaml":
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-config\ndata:\n  text: {{ .Values.text | quote }}\n",
  "secret.yaml":
    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ .Release.Name }}-secret\nstringData:\n  password: {{ .Values.password | quote }}\n",
};
const archive = (version: string) =>
  chartArchive({ name: "app", version, templates: TEMPLATES, values: "text: one\npassword: canary\n" });

let folder: string;
let output: { text: string; errors: string };

function environment(): Environment {
  output = { text: "", errors: "" };
  return {
    stateRoot: folder,
    searchPath: process.env["PATH"] ?? "",
    kubeconfig: undefined,
    homeKubeconfig: join(folder, "none"),
    service: undefined,
    runtimeNamespace: undefined,
    isTerminal: false,
    columns: 120,
    workingDirectory: folder,
    write: (text) => void (output.text += text),
    writeError: (text) => void (output.errors += text),
    flush: async () => {},
    signal: AbortSignal.timeout(60_000),
  } as Environment;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "weir-release-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

function release(spec: JsonObject): JsonObject {
  const metadata = { name: "web", namespace: "apps" };
  return {
    apiVersion: "helm.toolkit.fluxcd.io/v2",
    kind: "HelmRelease",
    metadata,
    spec: { interval: "1h", ...spec },
  };
}

const chart = {
  spec: { chart: "app", version: "1.x", sourceRef: { kind: "HelmRepository", name: "charts" } },
};

describe("weir template hr/NAME", () => {
  let charts: ChartRepositoryServer;

  beforeAll(async () => {
    const files = chartRepositoryFiles("main", [archive("1.0.0"), archive("1.1.0"), archive("2.0.0")]);
    charts = await startChartRepository({ files });
  });
  afterAll(async () => {
    await charts[Symbol.asyncDispose]();
  });

  async function filesWith(spec: JsonObject): Promise<string> {
    const objects = [
      {
        apiVersion: "source.toolkit.fluxcd.io/v1",
        kind: "HelmRepository",
        metadata: { name: "charts" },
        spec: { url: `${charts.url}/main` },
      },
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "values", namespace: "apps" },
        data: { "values.yaml": "text: two\n" },
      },
      release(spec),
    ];
    const file = join(folder, "release.yaml");
    await writeFile(file, objects.map((object) => JSON.stringify(object)).join("\n---\n"));
    return file;
  }

  test("renders what files hold: chart, values, post-renderers and metadata", async () => {
    const file = await filesWith({
      chart,
      valuesFrom: [{ kind: "ConfigMap", name: "values" }],
      commonMetadata: { labels: { team: "web" } },
    });
    const args = ["hr/web", "-n", "apps", "--from-file", file];
    expect(await runTemplateRelease(args, environment())).toBe(0);
    expect(output.errors).toBe("");
    expect(output.text).toContain("text: two");
    expect(output.text).toContain("team: web");
    expect(output.text).toContain("helm.toolkit.fluxcd.io/name: web");
    const shown = await previewNamed("web", flagsOf({ namespace: "apps" }, { "from-file": [file] }), {
      environment: environment(),
    });
    expect(shown.preview).toMatchObject({ name: "web", namespace: "apps" });
  });

  test("takes a local chart in place of what the source has", async () => {
    const file = await filesWith({ chartRef: { kind: "OCIRepository", name: "gone" } });
    await mkdir(join(folder, "local/templates"), { recursive: true });
    await writeFile(join(folder, "local/Chart.yaml"), "apiVersion: v2\nname: local\nversion: 0.1.0\n");
    await writeFile(join(folder, "local/templates/cm.yaml"), TEMPLATES["config.yaml"]);
    const args = ["hr/web", "-n", "apps", "--from-file", file];
    expect(await runTemplateRelease([...args, "--chart", "./local"], environment())).toBe(0);
    expect(output.text).toContain("name: web-config");
    expect(await runTemplateRelease(args, environment())).toBe(1);
    expect(output.errors).toMatch(
      /^weir: there is no OCIRepository apps\/gone in the files: name .* with --chart/,
    );
  });
});

function flagsOf(
  texts: Readonly<Record<string, string>>,
  lists: Readonly<Record<string, readonly string[]>> = {},
): HelmFlagValues {
  return {
    operands: [],
    bool: () => false,
    text: (name) => texts[name] ?? "",
    all: (name) => lists[name] ?? [],
    isGiven: (name) => Object.hasOwn(texts, name),
  };
}

describe("weir diff hr/NAME", () => {
  let toolkit: Toolkit;
  let charts: ChartRepositoryServer;

  beforeAll(async () => {
    charts = await startChartRepository({
      files: chartRepositoryFiles("main", [archive("1.0.0"), archive("1.1.0")]),
    });
    toolkit = await startToolkit({ searchPath: process.env["PATH"] ?? "" });
    const { client } = toolkit;
    const Namespace: Kind = {
      group: "",
      version: "v1",
      kind: "Namespace",
      plural: "namespaces",
      scope: "Cluster",
    };
    await client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: "apps" } });
    await client.create(HelmRepository, {
      metadata: { name: "charts", namespace: "apps" },
      spec: { url: `${charts.url}/main`, interval: "1h" },
    });
    await client.create(HelmRelease, release({ chart, values: { text: "two" } }) as never);
    await eventually(async () => {
      const found = await client.get(HelmRelease, { name: "web", namespace: "apps" });
      expect(isConditionTrue(found?.status?.conditions, "Ready")).toBe(true);
    });
  }, 60_000);
  afterAll(async () => {
    await toolkit[Symbol.asyncDispose]();
    await charts[Symbol.asyncDispose]();
  });

  async function differenceNow(): Promise<string> {
    const { client } = toolkit;
    const flags = flagsOf({ namespace: "apps" });
    const target = { name: "web", namespace: "apps", client, flags, environment: environment() };
    const signal = AbortSignal.timeout(30_000);
    const { text, problems } = await compareLive(await releaseComparison(target), {
      client,
      signal,
      showsSecrets: false,
      asText: false,
    });
    expect(problems).toEqual([]);
    return text;
  }

  test("is empty after a release, and tells what a change of the values would do, without the values of Secrets", async () => {
    expect(await differenceNow()).toBe("");
    const key = { name: "web", namespace: "apps" };
    const patch = { spec: { suspend: true, values: { text: "three", password: "canary-two" } } };
    await toolkit.client.patch(HelmRelease, key, { type: "merge", patch });
    const text = await differenceNow();
    expect(text.split("\n").slice(0, 3)).toEqual([
      "~ ConfigMap/apps/web-config",
      '    data.text: "two" → "three"',
      "~ Secret/apps/web-secret",
    ]);
    expect(text).toContain("data.password");
    expect(text).not.toMatch(/canary|Y2FuYXJ5/);
  });
});
