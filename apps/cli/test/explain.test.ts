import { describe, expect, test } from "vitest";
import { buildFixture } from "./build-fixture.ts";

const files = {
  "base/kustomization.yaml":
    "resources: [web.yaml]\nsecretGenerator:\n- {name: login, literals: [password=hunter2]}\n",
  "base/web.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 1\n",
  "over/kustomization.yaml": "namePrefix: dev-\nresources: [../base]\nreplicas:\n- {name: web, count: 4}\n",
  "ks.yaml": `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: app, namespace: flux-system}
spec:
  namePrefix: prod-
`,
};

describe("weir build kustomization --explain", () => {
  test("prints which layer wrote a field, and no manifests", async () => {
    using fixture = buildFixture(files);
    expect(await fixture.build("over", "--explain", "Deployment/web:spec.replicas")).toEqual({
      code: 0,
      stdout: `Deployment/dev-web: spec.replicas = 4

1. base/kustomization.yaml: resources[0]  (base/web.yaml:6)
   the object as the file has it
   set to 1

2. over/kustomization.yaml: replicas[0]  (over/kustomization.yaml:4)
   the number of replicas of web
   1 → 4
`,
      stderr: "",
    });
  });

  test("shows the spec of a Flux Kustomization as a layer", async () => {
    using fixture = buildFixture(files);
    const flux = ["--path", "over", "--kustomization-file", "ks.yaml", "--dry-run"];
    const { stdout } = await fixture.build("app", ...flux, "--explain", "Deployment/web:metadata.name");
    expect(stdout).toContain(
      '2. spec: namePrefix\n   the spec of the Flux Kustomization asks for it\n   "web" → "prod-web"\n',
    );
  });

  test("shows values of Secrets only where it is told to", async () => {
    using fixture = buildFixture(files);
    const secret = "Secret/login:data.password";
    expect((await fixture.build("over", "--explain", secret)).stdout).toContain('set to "***"');
    const { stdout } = await fixture.build("over", "--explain", secret, "--show-secrets");
    expect(stdout).toContain('set to "aHVudGVyMg=="');
  });

  test("says which objects there are where none is meant", async () => {
    using fixture = buildFixture(files);
    expect(await fixture.build("over", "--explain", "Deployment/nope")).toEqual({
      code: 1,
      stdout: "",
      stderr:
        'error: cannot explain "Deployment/nope": the build has no such object, there are Deployment/dev-web\n',
    });
  });
});
