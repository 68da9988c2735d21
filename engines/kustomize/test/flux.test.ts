import { createWorkerPool, shareTree } from "@weir/core";
import { describe, expect, test } from "vitest";
import {
  applyCommonMetadata,
  type BuildTaskOutput,
  type FluxBuildSpec,
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

describe("the limits of Flux's build", () => {
  const failures: ReadonlyArray<{
    readonly name: string;
    readonly files: Readonly<Record<string, string>>;
    readonly spec?: FluxBuildSpec;
    readonly want: string;
    readonly place?: { readonly file?: string; readonly line?: number; readonly field?: string };
  }> = [
    {
      name: "no base outside of the artifact",
      files: { "app/kustomization.yaml": "namePrefix: p-\nresources:\n- ../../elsewhere\n" },
      want: "must build at directory: not a valid directory: evalsymlink failure on '$ROOT/../elsewhere'",
      place: { file: "app/kustomization.yaml", line: 3, field: "resources[0]" },
    },
    {
      name: "no absolute path",
      files: { "app/kustomization.yaml": "configMapGenerator: [{name: c, files: [/etc/passwd]}]" },
      want: "open /etc/passwd: no such file or directory",
    },
    {
      name: "no remote base",
      files: { "app/kustomization.yaml": "resources: ['https://example.com/repo.git']" },
      want: "is not allowed",
    },
    {
      name: "no component that is not relative",
      files: { "app/kustomization.yaml": "resources: []" },
      spec: { components: ["/etc"] },
      want: "component path '/etc' must be local and relative",
    },
    {
      name: "no component that is missing",
      files: { "app/c.yaml": aConfigMap("c") },
      spec: { components: ["./nope"] },
      want: "accumulating components: loader.New",
      place: { file: "app/kustomization.yaml", field: "components[0]" },
    },
    {
      name: "no patch for an object that is missing",
      files: { "app/c.yaml": aConfigMap("c") },
      spec: { patches: [{ patch: aConfigMap("absent") }] },
      want: 'no resource matches strategic merge patch "ConfigMap.v1.[noGrp]/absent.[noNs]"',
    },
    {
      name: "no plugin",
      files: {
        "app/kustomization.yaml":
          "resources: []\ngenerators:\n- |-\n  apiVersion: example.com/v1\n  kind: Run\n  metadata: {name: r}\n",
      },
      want: "external plugins disabled; unable to load external plugin 'Run'",
    },
    {
      name: "no chart",
      files: { "app/kustomization.yaml": "helmCharts: [{name: c}]" },
      want: "must specify --enable-helm",
    },
  ];
  test.each(failures)("$name", ({ files, spec = {}, want, place = {} }) => {
    const build = (): unknown => buildFluxKustomization(treeOf(files), "app", spec);
    expect(build).toThrow(want);
    expect(build).toThrow(expect.objectContaining(place));
  });

  test("files beside the path may be used", () => {
    const tree = treeOf({
      "app/kustomization.yaml": "configMapGenerator: [{name: c, files: [../shared/a.txt]}]",
      "shared/a.txt": "text",
    });
    expect(emitResources(buildFluxKustomization(tree, "app", {}).objects)).toContain("a.txt: text");
  });

  test("an empty folder is an empty build", () => {
    expect(buildFluxKustomization(treeOf({ "app/readme.md": "x" }), "app", {}).objects).toEqual([]);
  });

  test("hidden files count, and folders with a kustomization are built by it", () => {
    const tree = treeOf({
      "a/.hidden.yaml": aConfigMap("hidden"),
      "a/cm.yaml": aConfigMap("a"),
      "a/note.txt": "x",
      "b/c.yaml": aConfigMap("c"),
      "b/kustomization.yaml": "resources: [c.yaml]",
      "b/unused.yaml": aConfigMap("unused"),
    });
    const { objects } = buildFluxKustomization(tree, ".", {});
    expect(objects.map((object) => (object["metadata"] as { readonly name: string }).name)).toEqual([
      "hidden",
      "a",
      "c",
    ]);
  });

  test("origin annotations name the files of the artifact", () => {
    const tree = treeOf({ "app/c.yaml": aConfigMap("c") });
    const { objects } = buildFluxKustomization(tree, "app", { buildMetadata: ["originAnnotations"] });
    expect(emitResources(objects)).toContain("config.kubernetes.io/origin: |\n      path: c.yaml\n");
  });

  test("the spec wins over the kustomization, and its components come last", () => {
    const component = (suffix: string): string =>
      `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{target: {kind: ConfigMap}, patch: "- {op: add, path: /data/last, value: ${suffix}}"}]\n`;
    const tree = treeOf({
      "app/kustomization.yaml":
        "namespace: a\nnamePrefix: a-\nnameSuffix: -a\nresources: [c.yaml]\ncomponents: [../one]\n",
      "app/c.yaml": aConfigMap("c"),
      "one/kustomization.yaml": component("one"),
      "two/kustomization.yaml": component("two"),
    });
    const spec = {
      targetNamespace: "b",
      namePrefix: "b-",
      nameSuffix: "-b",
      components: ["../two", "../three"],
    };
    const { objects } = buildFluxKustomization(tree, "app", { ...spec, ignoreMissingComponents: true });
    expect(objects).toEqual([
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "b-c-b", namespace: "b" },
        data: { k: "v", last: "two" },
      },
    ]);
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
