import { createWorkerPool, shareTree } from "@weir/core";
import { describe, expect, test } from "vitest";
import {
  applyCommonMetadata,
  type BuildTaskOutput,
  buildFluxKustomization,
  emitResources,
  generateKustomization,
  mergeFluxSpec,
  SubstitutionError,
  substituteObject,
  substituteVariables,
} from "../src/index.ts";
import { aConfigMap, aDeployment, treeOf } from "./build-tree.ts";

describe("generateKustomization", () => {
  test("names every manifest and every directory with a kustomization, in order", () => {
    const tree = treeOf({
      "app/b.yaml": aConfigMap("b"),
      "app/a.yml": aConfigMap("a"),
      "app/readme.md": "text",
      "app/sub/kustomization.yaml": "namePrefix: p-",
      "app/sub/deep/x.yaml": aConfigMap("x"),
      "app/z/c.yaml": aConfigMap("c"),
    });
    expect(generateKustomization(tree, "app")).toEqual({
      kustomization: {
        apiVersion: "kustomize.config.k8s.io/v1beta1",
        kind: "Kustomization",
        resources: ["./a.yml", "./b.yaml", "./sub", "./z/c.yaml"],
      },
      file: "app/kustomization.yaml",
      isGenerated: true,
    });
  });

  test("gives an empty directory a placeholder", () => {
    expect(generateKustomization(treeOf({ "x.txt": "" }), ".").kustomization.namespace).toBe("_placeholder");
  });

  test("refuses a file that holds no Kubernetes object", () => {
    expect(() => generateKustomization(treeOf({ "values.yaml": "a: b" }), ".")).toThrow(
      "failed to decode Kubernetes YAML from $ROOT/values.yaml: missing Resource metadata",
    );
  });

  test("leaves out what is ignored", () => {
    const tree = treeOf({ "a.yaml": aConfigMap("a"), "values.yaml": "a: b" });
    const found = generateKustomization(tree, ".", (path) => path === "values.yaml");
    expect(found.kustomization.resources).toEqual(["./a.yaml"]);
  });
});

describe("mergeFluxSpec", () => {
  const around = { isGenerated: false, exists: (path: string): boolean => path !== "gone" };

  test("moves tag and digest of an image as one", () => {
    const merged = mergeFluxSpec(
      { resources: ["a"], images: [{ name: "n", newTag: "1", newName: "m" }] },
      { images: [{ name: "n", digest: "sha256:0" }] },
      around,
    );
    expect(merged.images).toEqual([{ name: "n", newName: "m", newTag: "", digest: "sha256:0" }]);
  });

  test("skips components that are missing only when told to", () => {
    const spec = { components: ["here", "gone"] };
    expect(mergeFluxSpec({ resources: ["a"] }, spec, around).components).toEqual(["here", "gone"]);
    const lenient = mergeFluxSpec({ resources: ["a"] }, { ...spec, ignoreMissingComponents: true }, around);
    expect(lenient.components).toEqual(["here"]);
  });

  test("refuses a remote component", () => {
    expect(() => mergeFluxSpec({}, { components: ["https://example.com/c"] }, around)).toThrow(
      "component path 'https://example.com/c' must be local and relative",
    );
  });
});

describe("buildFluxKustomization", () => {
  test("keeps the order of loading and puts all into the target namespace", () => {
    const tree = treeOf({ "b.yaml": aDeployment("d"), "c.yaml": aConfigMap("c") });
    const { objects, filesRead, foldersListed } = buildFluxKustomization(tree, ".", {
      targetNamespace: "team",
    });
    expect(objects.map((object) => [object["kind"], object["metadata"]])).toEqual([
      ["Deployment", { name: "d", namespace: "team" }],
      ["ConfigMap", { name: "c", namespace: "team" }],
    ]);
    const absent = ["kustomization.yaml", "kustomization.yml"];
    expect(filesRead).toEqual(["Kustomization", "b.yaml", "c.yaml", ...absent]);
    expect(foldersListed).toEqual(["."]);
  });

  test("applies the patches of the spec behind those of the kustomization", () => {
    const tree = treeOf({
      "kustomization.yaml":
        'resources: [c.yaml]\npatches: [{target: {kind: ConfigMap}, patch: \'[{"op": "add", "path": "/data/k", "value": "1"}]\'}]',
      "c.yaml": aConfigMap("c"),
    });
    const patch = "- {op: test, path: /data/k, value: '1'}\n- {op: add, path: /data/k, value: '2'}";
    const { objects } = buildFluxKustomization(tree, ".", { patches: [{ patch, target: { name: "c" } }] });
    expect(emitResources(objects)).toContain('k: "2"');
  });
});

describe("substitution", () => {
  const variables = new Map([
    ["N", "42"],
    ["NAME", "x\ny"],
  ]);

  test("reads the text back: a number from a variable loses its quotes", () => {
    const object = { apiVersion: "v1", kind: "F", metadata: { name: "${NAME}" }, spec: { n: "${N}" } };
    expect(substituteObject(object, variables)).toEqual({
      apiVersion: "v1",
      kind: "F",
      metadata: { name: "xy" },
      spec: { n: 42 },
    });
  });

  test.each(["labels", "annotations"])("leaves an object alone that says so in its %s", (field) => {
    const metadata = { [field]: { "kustomize.toolkit.fluxcd.io/substitute": "disabled" } };
    const object = { kind: "F", metadata, spec: "${N}" };
    expect(substituteObject(object, variables)).toBe(object);
  });

  test("leaves text with a dollar alone where there are no variables", () => {
    const object = { kind: "F", spec: "${N}" };
    expect(substituteObject(object, new Map())).toBe(object);
  });

  test("names the variable that is not set", () => {
    try {
      substituteVariables("${UNSET}", variables);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(SubstitutionError);
      expect(error).toMatchObject({ message: 'variable not set (strict mode): "UNSET"', variable: "UNSET" });
    }
  });

  test("refuses a name that no variable can have", () => {
    expect(() => substituteObject({ kind: "F" }, new Map([["a-b", "1"]]))).toThrow(
      "envsubst error: 'a-b' var name is invalid, must match '^[_[:alpha:]][_[:alpha:][:digit:]]*$'",
    );
  });

  test("takes time that grows with the text only", () => {
    const text = "${N} $$ ".repeat(50_000);
    expect(substituteVariables(text, variables)).toBe("42 $ ".repeat(50_000));
  });
});

test("common metadata wins over an object's own", () => {
  const object = { kind: "F", metadata: { name: "f", labels: { a: "1", b: "2" } } };
  expect(applyCommonMetadata(object, { labels: { a: "9" }, annotations: { c: "3" } })).toEqual({
    kind: "F",
    metadata: { name: "f", labels: { a: "9", b: "2" }, annotations: { c: "3" } },
  });
});

test("a worker builds, substitutes and labels from plain data", async () => {
  await using pool = createWorkerPool({ size: 1 });
  const input = {
    tree: shareTree(treeOf({ "c.yaml": aConfigMap("c", "data: {k: '${V}'}") })),
    path: ".",
    spec: { namePrefix: "p-" },
    substitution: { variables: { V: "text" } },
    commonMetadata: { labels: { team: "a" } },
  };
  const module = new URL("../src/build-task.ts", import.meta.url);
  const output = await pool.run<BuildTaskOutput>(module, "runBuildTask", input);
  expect(output.objects).toEqual([
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      data: { k: "text" },
      metadata: { name: "p-c", labels: { team: "a" } },
    },
  ]);
});
