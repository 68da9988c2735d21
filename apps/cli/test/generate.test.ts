import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { fluxResources } from "@weir/api";
import { startCluster } from "@weir/cluster";
import type { JsonObject } from "@weir/core";
import { kind, type KubeObject } from "@weir/sdk";
import { loadYamlDocuments } from "@weir/yaml";
import { afterAll, describe, expect, test } from "vitest";
import type { Environment } from "../src/environment.ts";
import { generateFromCode } from "../src/generate/generate-from-code.ts";
import { generateManifests } from "../src/generate/generate-manifests.ts";
import { generateRbac } from "../src/generate/generate-rbac.ts";
import { generateTypes } from "../src/generate/generate-types.ts";
import { generateWebhooks } from "../src/generate/generate-webhooks.ts";

const root = resolve(import.meta.dirname, "../../..");
const folders: string[] = [];
const MODULE = fileURLToPath(new URL("./fixtures/my-app.ts", import.meta.url));

function aFolder(under = tmpdir()): string {
  mkdirSync(under, { recursive: true });
  const folder = mkdtempSync(join(under, "weir-generate-"));
  folders.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

interface Captured {
  readonly environment: Environment;
  readonly out: string[];
  readonly errors: string[];
}

function captured(workingDirectory = join(import.meta.dirname, "fixtures")): Captured {
  const out: string[] = [];
  const errors: string[] = [];
  const environment = {
    workingDirectory,
    write: (text: string) => void out.push(text),
    writeError: (text: string) => void errors.push(text),
  } as unknown as Environment;
  return { environment, out, errors };
}

const texts = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));

describe("weir generate crds", () => {
  test("writes a file for each resource, the same at every run, and sees what differs", async () => {
    const output = aFolder();
    const flags = { output, check: false, service: "system/hooks" };
    const first = captured();
    expect(await generateFromCode("crds", [MODULE], flags, first.environment)).toBe(0);
    expect(first.out).toEqual(
      ["example.com_myapps.yaml", "example.com_others.yaml"].map((name) => `${join(output, name)}\n`),
    );
    const written = texts(output);
    expect(written["example.com_myapps.yaml"]?.split("\n").slice(0, 14)).toEqual([
      "---",
      "apiVersion: apiextensions.k8s.io/v1",
      "kind: CustomResourceDefinition",
      "metadata:",
      "  name: myapps.example.com",
      "spec:",
      "  group: example.com",
      "  names:",
      "    kind: MyApp",
      "    listKind: MyAppList",
      "    plural: myapps",
      "    singular: myapp",
      "  scope: Namespaced",
      "  versions:",
    ]);
    expect(written["example.com_others.yaml"]).toContain("        path: /convert\n");
    const second = captured();
    expect(await generateFromCode("crds", [MODULE], flags, second.environment)).toBe(0);
    expect(second.out).toEqual([]);
    expect(await generateFromCode("crds", [MODULE], { ...flags, check: true }, captured().environment)).toBe(
      0,
    );
    writeFileSync(join(output, "example.com_myapps.yaml"), "");
    rmSync(join(output, "example.com_others.yaml"));
    const third = captured();
    expect(await generateFromCode("crds", [MODULE], { ...flags, check: true }, third.environment)).toBe(1);
    expect(third.errors).toEqual([
      `differs: ${join(output, "example.com_myapps.yaml")}\n`,
      `missing: ${join(output, "example.com_others.yaml")}\n`,
    ]);
    expect(texts(output)).toEqual({ "example.com_myapps.yaml": "" });
  });

  test("refuses versions that nobody would convert", async () => {
    const generated = generateFromCode("crds", [MODULE], { check: false }, captured().environment);
    await expect(generated).rejects.toThrow("Other has several versions: say where they are converted");
  });

  test("names a module that cannot be loaded, or that exports no resource", async () => {
    const missing = generateFromCode("crds", ["missing.ts"], { check: false }, captured().environment);
    await expect(missing).rejects.toThrow(/cannot load the module .*missing\.ts/);
    const folder = aFolder();
    writeFileSync(join(folder, "empty.ts"), "export const a: number = 1;\n");
    const empty = generateFromCode("docs", ["empty.ts"], { check: false }, captured(folder).environment);
    await expect(empty).rejects.toThrow("no resource is exported by empty.ts");
  });
});

describe("weir generate docs and schemas", () => {
  test("write a reference and a JSON Schema per version", async () => {
    const output = aFolder();
    await generateFromCode("docs", [MODULE], { output, check: false }, captured().environment);
    await generateFromCode("schemas", [MODULE], { output, check: false }, captured().environment);
    const written = texts(output);
    expect(Object.keys(written).sort()).toEqual([
      "myapp-example.com-v1.json",
      "myapp.example.com.md",
      "other-example.com-v1.json",
      "other-example.com-v1alpha1.json",
      "other.example.com.md",
    ]);
    expect(written["myapp.example.com.md"]).toContain("| `image` | string | Required. What runs. |");
    expect(JSON.parse(written["other-example.com-v1alpha1.json"] ?? "")).toMatchObject({
      properties: { apiVersion: { const: "example.com/v1alpha1" }, spec: { required: ["b"] } },
    });
  });
});

describe("weir generate rbac", () => {
  test("writes a role and its binding", async () => {
    const { environment, out } = captured();
    const flags = { name: "myapp", serviceAccount: "system/myapp", leaderElection: true, check: false };
    expect(await generateRbac([MODULE], flags, environment)).toBe(0);
    const text = out.join("");
    expect(text).toMatch(/^---\napiVersion: rbac.authorization.k8s.io\/v1\nkind: ClusterRole\n/);
    expect(text).toContain("- apiGroups:\n  - coordination.k8s.io\n  resources:\n  - leases\n");
    expect(text).toContain("kind: ClusterRoleBinding");
    expect(text).toContain("subjects:\n- kind: ServiceAccount\n  name: myapp\n  namespace: system\n");
  });

  test("refuses an account that is not namespace/name", async () => {
    const flags = { name: "a", namespace: "b", serviceAccount: "c", leaderElection: false, check: false };
    await expect(generateRbac([MODULE], flags, captured().environment)).rejects.toThrow(
      "--service-account reads as namespace/name, not c",
    );
  });
});

describe("weir generate rbac --writes", () => {
  const flags = { name: "a", leaderElection: false, check: false };

  test("adds rights on kinds that are written without being owned", async () => {
    const { environment, out } = captured();
    await generateRbac([MODULE], { ...flags, writes: ["v1/ConfigMap", "example.com/v1/Other"] }, environment);
    const [role] = loadYamlDocuments(out.join("")) as readonly { readonly rules: readonly JsonObject[] }[];
    const verbs = ["create", "delete", "get", "list", "patch", "update", "watch"];
    expect(role?.rules).toContainEqual({ apiGroups: [""], resources: ["configmaps"], verbs });
    expect(role?.rules).toContainEqual({ apiGroups: ["example.com"], resources: ["others"], verbs });
  });

  test.each(["ConfigMap", "v1/", "apps/Deployment", "/v1/Pod"])("refuses %j", async (text) => {
    const generated = generateRbac([MODULE], { ...flags, writes: [text] }, captured().environment);
    await expect(generated).rejects.toThrow("--writes reads as apiVersion/Kind");
  });
});

describe("weir generate manifests", () => {
  const flags = {
    name: "myapp",
    namespace: "system",
    image: "example.com/myapp:1",
    replicas: 2,
    check: false,
  };
  const APP = fileURLToPath(new URL("../../../examples/myapp/src/my-app.ts", import.meta.url));
  const CONTROLLER = fileURLToPath(new URL("../../../examples/myapp/src/controller.ts", import.meta.url));

  test("writes CRDs, rights and a Deployment that a cluster takes", async () => {
    const { environment, out } = captured();
    expect(await generateManifests([APP, CONTROLLER], flags, environment)).toBe(0);
    const objects = loadYamlDocuments(out.join("")) as readonly KubeObject[];
    expect(objects.map(({ kind: name }) => name)).toEqual([
      "Namespace",
      "ServiceAccount",
      "Deployment",
      "CustomResourceDefinition",
      "ClusterRole",
      "ClusterRoleBinding",
    ]);
    await using cluster = await startCluster({ loops: { workloads: "off" } });
    for (const object of objects) {
      const options = { fieldManager: "test", fieldValidation: "Strict" } as const;
      await cluster.client.apply(kind(object.apiVersion ?? "", object.kind ?? ""), object, options);
    }
  });

  test("names the account that it binds, the image, and leader election's Lease", async () => {
    const { environment, out } = captured();
    await generateManifests([APP, CONTROLLER], flags, environment);
    const text = out.join("");
    expect(text).toContain("subjects:\n- kind: ServiceAccount\n  name: myapp\n  namespace: system\n");
    expect(text).toContain("        image: example.com/myapp:1\n");
    expect(text).toContain("  replicas: 2\n");
    expect(text).toContain("  - leases\n");
  });

  test("needs a controller", async () => {
    await expect(generateManifests([APP], flags, captured().environment)).rejects.toThrow(
      "no controller is exported by",
    );
  });
});

describe("weir generate webhooks", () => {
  test("writes the configurations", async () => {
    const { environment, out } = captured();
    const flags = { name: "myapp", service: "system/hooks", injectCaFrom: "system/cert", check: false };
    expect(await generateWebhooks([MODULE], flags, environment)).toBe(0);
    expect(out.join("")).toContain("    cert-manager.io/inject-ca-from: system/cert\n");
    expect(out.join("")).toContain("  name: validate.myapp.v1.example.com\n");
  });

  test("refuses to guess where the webhooks are", async () => {
    const generated = generateWebhooks([MODULE], { name: "myapp", check: false }, captured().environment);
    await expect(generated).rejects.toThrow("say where the webhooks are: either --service or --url");
  });
});

const ODD = {
  kind: "CustomResourceDefinition",
  spec: {
    group: "odd.example.com",
    scope: "Cluster",
    names: { kind: "Odd", plural: "odds" },
    versions: [
      {
        name: "v1beta1",
        served: true,
        storage: false,
        schema: { openAPIV3Schema: { type: "object", properties: { spec: { type: "string" } } } },
      },
      { name: "v1alpha1", served: false, storage: false, schema: { openAPIV3Schema: { type: "object" } } },
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            description: "Odd */ things.\n\nIndeed.",
            required: ["spec"],
            properties: {
              metadata: { type: "object" },
              spec: {
                type: "object",
                required: ["must"],
                properties: {
                  must: { type: "string", enum: ["a", "b"], default: "a" },
                  "with-dash": { type: "integer", nullable: true },
                  "with.dash": { type: "object", properties: { x: { type: "boolean" } } },
                  withDash: { type: "object", properties: { x: { type: "boolean" } } },
                  port: { "x-kubernetes-int-or-string": true },
                  any: { "x-kubernetes-preserve-unknown-fields": true },
                  object: {
                    type: "object",
                    "x-kubernetes-embedded-resource": true,
                    "x-kubernetes-preserve-unknown-fields": true,
                  },
                  modes: { type: "array", items: { type: "string", enum: ["x", "y"] } },
                  deep: {
                    type: "object",
                    additionalProperties: {
                      type: "array",
                      items: { type: "object", properties: { a: { type: "number" } } },
                    },
                  },
                  empty: { type: "object" },
                },
              },
            },
          },
        },
      },
    ],
  },
};

describe("weir generate types", () => {
  test("writes an interface for each object and a kind for each served version", async () => {
    const folder = aFolder();
    writeFileSync(join(folder, "odd.json"), JSON.stringify({ kind: "List", items: [ODD] }));
    const { environment, out } = captured(folder);
    expect(await generateTypes(["odd.json"], { cluster: false, check: false }, environment)).toBe(0);
    const text = out.join("");
    const want = [
      'import type { JsonObject, JsonValue, Kind, KubeObject, ObjectMeta } from "@weir/sdk";',
      "/**\n * Odd *\\/ things.\n *\n * Indeed.\n */\nexport interface Odd {",
      '  readonly apiVersion: "odd.example.com/v1";',
      "  readonly spec: OddSpec;",
      '  /** Default: `"a"`. */\n  readonly must: "a" | "b";',
      '  readonly "with-dash"?: number | null;',
      '  readonly "with.dash"?: OddSpecWithDash;',
      "  readonly withDash?: OddSpecWithDash2;",
      "  readonly port?: number | string;",
      "  readonly any?: JsonValue;",
      "  readonly object?: KubeObject & JsonObject;",
      '  readonly modes?: readonly ("x" | "y")[];',
      "  readonly deep?: Readonly<Record<string, readonly OddSpecDeep[]>>;",
      "  readonly empty?: JsonObject;",
      "export const Odd: Kind<Odd> = {",
      '  scope: "Cluster",',
      "export interface OddV1beta1 {",
      "export const OddV1beta1: Kind<OddV1beta1> = {",
    ];
    expect(want.filter((part) => !text.includes(part))).toEqual([]);
    expect(text).not.toContain("v1alpha1");
  });

  test("refuses what is no CRD", async () => {
    const folder = aFolder();
    writeFileSync(join(folder, "a.yaml"), "kind: ConfigMap\n");
    const generated = generateTypes(
      ["a.yaml"],
      { cluster: false, check: false },
      captured(folder).environment,
    );
    await expect(generated).rejects.toThrow("no CustomResourceDefinition is in a.yaml");
    const missing = generateTypes(["b.yaml"], { cluster: false, check: false }, captured(folder).environment);
    await expect(missing).rejects.toThrow(/cannot read .*b\.yaml/);
  });

  test("reads CRDs of a cluster", async () => {
    const folder = aFolder();
    const kubeconfig = join(folder, "kubeconfig");
    await using cluster = await startCluster({ listen: { kubeconfig } });
    const [resource] = fluxResources;
    const crd = kind("apiextensions.k8s.io/v1", "CustomResourceDefinition");
    await cluster.client.create(crd, resource?.crd() as never);
    const { environment, out } = captured(folder);
    const flags = { cluster: true, kubeconfig, check: false };
    expect(await generateTypes(["gitrepositories.source.toolkit.fluxcd.io"], flags, environment)).toBe(0);
    expect(out.join("")).toContain("export const GitRepository: Kind<GitRepository> = {");
    const missing = generateTypes(["nothing.example.com"], flags, environment);
    await expect(missing).rejects.toThrow("the cluster has no CRD nothing.example.com");
  });

  test("compiles for the Flux kinds, and agrees with their declarations", async () => {
    const output = aFolder(join(root, "node_modules/.cache"));
    const crds = [...fluxResources.map((resource) => resource.crd() as unknown as JsonObject), ODD];
    writeFileSync(join(output, "crds.json"), JSON.stringify({ kind: "List", items: crds }));
    await generateTypes(
      ["crds.json"],
      { output, cluster: false, check: false },
      captured(output).environment,
    );
    const check = [
      'import type { ResourceOf } from "@weir/sdk";',
      'import { GitRepository as Declared, Kustomization as Applied } from "@weir/api";',
      'import type { GitRepository } from "./gitrepository.source.toolkit.fluxcd.io.ts";',
      'import { Kustomization } from "./kustomization.kustomize.toolkit.fluxcd.io.ts";',
      'export const spec = (object: ResourceOf<typeof Declared>): NonNullable<GitRepository["spec"]> => object.spec;',
      "export const path = (object: Kustomization): string | undefined => object.spec?.path;",
      "export const plural: string | undefined = Kustomization.plural ?? Applied.plural;",
    ];
    writeFileSync(join(output, "check.ts"), `${check.join("\n")}\n`);
    const config = { extends: join(root, "tsconfig.base.json"), include: ["*.ts"] };
    writeFileSync(join(output, "tsconfig.json"), JSON.stringify(config));
    const tsc = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", output], { encoding: "utf8" });
    expect(tsc.stdout).toBe("");
    expect(tsc.status).toBe(0);
  }, 60_000);
});
