import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { buildFixture } from "./build-fixture.ts";

const CONFIG_MAP =
  "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  region: ${region}\n";

function kustomization(spec: string, name = "apps"): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: ${name}\n  namespace: flux-system\nspec:\n${spec}`;
}

const owned = (name: string): string =>
  `  labels:\n    kustomize.toolkit.fluxcd.io/name: ${name}\n    kustomize.toolkit.fluxcd.io/namespace: flux-system\n`;

describe("weir build kustomization NAME --path", () => {
  const build = (fixture: ReturnType<typeof buildFixture>, ...args: readonly string[]) =>
    fixture.build("apps", "--path", "app", "--kustomization-file", "ks.yaml", "--dry-run", ...args);

  test("builds a folder without a kustomization with the spec, variables and labels of Flux", async () => {
    using fixture = buildFixture({
      "app/map.yaml": CONFIG_MAP,
      "ks.yaml": kustomization(
        "  targetNamespace: prod\n  namePrefix: p-\n  commonMetadata: {annotations: {team: a}}\n  postBuild:\n    substitute: {region: eu}\n",
      ),
    });
    expect(await build(fixture)).toEqual({
      code: 0,
      stdout: `apiVersion: v1\ndata:\n  region: eu\nkind: ConfigMap\nmetadata:\n  annotations:\n    team: a\n${owned("apps")}  name: p-settings\n  namespace: prod\n`,
      stderr: "",
    });
    expect(readdirSync(`${fixture.folder}/app`)).toEqual(["map.yaml"]);
  });

  test("takes variables from objects of its file and of the build", async () => {
    const vars = (kind: string, name: string, data: string): string =>
      `---\napiVersion: v1\nkind: ${kind}\nmetadata: {name: ${name}, namespace: flux-system}\n${data}\n`;
    const file = `${kustomization("  postBuild:\n    substituteFrom:\n    - {kind: ConfigMap, name: vars}\n    - {kind: Secret, name: built}\n    - {kind: Secret, name: gone}\n")}${vars("ConfigMap", "vars", "data: {region: eu, zone: b}")}`;
    using fixture = buildFixture({
      "app/a.yaml":
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {all: '${region}-${zone}-${none:=x}'}\n",
      "app/secret.yaml": vars("Secret", "built", "data: {zone: YQ==}"),
      "ks.yaml": file,
    });
    expect((await build(fixture)).stdout).toContain("all: eu-a-x\n");
  });

  test("leaves an unset variable empty, and fails with --strict-substitute", async () => {
    using fixture = buildFixture({
      "app/map.yaml": CONFIG_MAP,
      "ks.yaml": kustomization("  postBuild:\n    substitute: {other: x}\n"),
    });
    expect((await build(fixture)).stdout).toContain("region: null\n");
    const { code, stdout, stderr } = await build(fixture, "--strict-substitute");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(
      `error: var substitution failed for 'settings': envsubst error: variable substitution failed: variable not set (strict mode): "region"`,
    );
  });

  test("applies patches, images and components, and leaves ignored files out", async () => {
    using fixture = buildFixture({
      "app/d.yaml":
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: 'nginx:1'}]}\n",
      "app/skip/bad.yaml": "not: a resource\n",
      "more/kustomization.yaml":
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nlabels: [{pairs: {from: component}}]\n",
      "ks.yaml": kustomization(
        '  images: [{name: nginx, newTag: \'2\'}]\n  components: [../more, ../none]\n  ignoreMissingComponents: true\n  patches:\n  - target: {kind: Pod}\n    patch: \'[{"op": "add", "path": "/spec/nodeName", "value": "here"}]\'\n',
      ),
    });
    const { stdout, stderr } = await build(fixture, "--ignore-paths", "/skip/");
    expect(stderr).toBe("");
    expect(stdout).toContain("from: component\n");
    expect(stdout).toContain("image: nginx:2\n");
    expect(stdout).toContain("nodeName: here\n");
  });

  test("builds the Kustomizations that are built, from local sources", async () => {
    using fixture = buildFixture({
      "app/child.yaml": kustomization(
        "  interval: 1m\n  prune: true\n  path: ./leaf\n  sourceRef: {kind: GitRepository, name: repo}\n",
        "child",
      ),
      "repo/leaf/map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: leaf}\n",
      "ks.yaml": kustomization("  path: ./\n"),
    });
    const local = ["--recursive", "--local-sources"];
    expect((await build(fixture, ...local, "GitRepository/flux-system/repo=repo")).stdout).toContain(
      `kind: ConfigMap\nmetadata:\n${owned("child")}  name: leaf\n`,
    );
    expect((await build(fixture, ...local, "GitRepository/x/y=repo")).stderr).toContain(
      "cannot get local path for GitRepository/flux-system/repo of kustomization child",
    );
  });

  test("masks what SOPS encrypted", async () => {
    using fixture = buildFixture({
      "app/secret.yaml":
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata:\n  k: ENC[secret]\nsops:\n  mac: ENC[mac]\n",
      "ks.yaml": kustomization("  path: ./\n"),
    });
    const { stdout } = await build(fixture);
    expect(stdout).toContain(`k: ${Buffer.from("**SOPS**").toString("base64")}\n`);
    expect(stdout).not.toContain("ENC[");
  });

  test.each([
    { args: [], want: "Kustomization name is required" },
    { args: ["apps", "--path", "none"], want: 'invalid resource path "none"' },
    { args: ["apps", "--path", "app"], want: "cannot use the kubeconfig" },
    {
      args: ["apps", "--path", "app", "--dry-run"],
      want: "dry-run mode requires a kustomization file",
      hasFile: false,
    },
    {
      args: ["other", "--path", "app", "--kustomization-file", "ks.yaml"],
      want: "failed find kustomization with name 'other' and namespace 'flux-system' in file 'ks.yaml'",
    },
    {
      args: ["apps", "--path", "app", "--kustomization-file", "no.yaml"],
      want: 'invalid kustomization file "no.yaml"',
    },
  ])("says what is wrong with $args", async ({ args, want }) => {
    using fixture = buildFixture({ "app/map.yaml": CONFIG_MAP, "ks.yaml": kustomization("  path: ./\n") });
    const given = args.length === 0 ? ["--path", "app"] : args;
    const { code, stdout, stderr } = await fixture.build(...given);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(want);
  });
});
