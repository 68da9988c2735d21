import { describe, expect, test } from "vitest";
import { buildKustomization, KustomizeError } from "../src/index.ts";
import { aConfigMap, aDeployment, built, treeOf } from "./build-tree.ts";

/** The message of a build that fails. */
function failure(files: Readonly<Record<string, string>>): string | undefined {
  try {
    built(files);
    return undefined;
  } catch (error) {
    return error instanceof KustomizeError ? error.message : String(error);
  }
}

describe("buildKustomization", () => {
  const outputs: ReadonlyArray<{
    readonly name: string;
    readonly files: Readonly<Record<string, string>>;
    readonly want: string;
  }> = [
    {
      name: "prefixes names and the references to them",
      files: {
        "kustomization.yaml": "namePrefix: p-\nresources: [x.yaml]",
        "x.yaml": `${aConfigMap("c")}---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {volumes: [{name: v, configMap: {name: c}}]}\n`,
      },
      want: "apiVersion: v1\ndata:\n  k: v\nkind: ConfigMap\nmetadata:\n  name: p-c\n---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: p-p\nspec:\n  volumes:\n  - configMap:\n      name: p-c\n    name: v\n",
    },
    {
      name: "puts a hash behind the name of what it generates",
      files: { "kustomization.yaml": "configMapGenerator: [{name: c, literals: [a=1]}]" },
      want: 'apiVersion: v1\ndata:\n  a: "1"\nkind: ConfigMap\nmetadata:\n  name: c-h29d89cmmt\n',
    },
    {
      name: "leaves a number as its resource has it",
      files: {
        "kustomization.yaml": "resources: [x.yaml]",
        "x.yaml":
          "apiVersion: e.io/v1\nkind: F\nmetadata: {name: f}\nspec: {a: 0755, b: 1.50, c: 18446744073709551615, d: 2024-01-02}\n",
      },
      want: 'apiVersion: e.io/v1\nkind: F\nmetadata:\n  name: f\nspec:\n  a: 493\n  b: 1.5\n  c: 18446744073709551615\n  d: "2024-01-02T00:00:00Z"\n',
    },
    {
      name: "drops local configuration",
      files: {
        "kustomization.yaml": "resources: [x.yaml]",
        "x.yaml":
          "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, annotations: {config.kubernetes.io/local-config: 'true'}}\n",
      },
      want: "",
    },
  ];

  test.each(outputs)("$name", ({ files, want }) => {
    expect(built(files)).toBe(want);
  });

  test("prepends what a patch adds to a list that merges by key", () => {
    const output = built({
      "kustomization.yaml": "resources: [x.yaml]\npatches: [{path: p.yaml}]",
      "x.yaml": aDeployment("d"),
      "p.yaml": aDeployment("d", "{name: side, image: s}"),
    });
    expect(output).toContain("containers:\n      - image: s\n        name: side\n      - image: nginx\n");
  });

  test("keeps a key named __proto__ as data", () => {
    const output = built({
      "kustomization.yaml": "namePrefix: p-\nresources: [x.yaml]",
      "x.yaml": aConfigMap("c", 'data: {__proto__: "1", constructor: "2"}'),
    });
    expect(output).toContain('data:\n  __proto__: "1"\n  constructor: "2"\n');
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  test("names the files that decided the result, absent ones too, and no other", () => {
    const tree = treeOf({
      "a/kustomization.yaml": "resources: [x.yaml]\nconfigMapGenerator: [{name: c, files: [f.txt]}]",
      "a/x.yaml": aDeployment("d"),
      "a/f.txt": "text",
      "a/unread.yaml": aDeployment("e"),
    });
    expect(buildKustomization(tree, "a")).toMatchObject({
      filesRead: ["a/Kustomization", "a/f.txt", "a/kustomization.yaml", "a/kustomization.yml", "a/x.yaml"],
      foldersListed: [],
    });
  });

  test("says which fields are deprecated", () => {
    const tree = treeOf({
      "kustomization.yaml": "commonLabels: {a: b}\nresources: [x.yaml]",
      "x.yaml": aConfigMap("c"),
    });
    expect(buildKustomization(tree, ".").warnings).toEqual([
      "# Warning: 'commonLabels' is deprecated. Please use 'labels' instead. Run 'kustomize edit fix' to update your Kustomization automatically.",
    ]);
  });

  const failures: ReadonlyArray<{
    readonly name: string;
    readonly files: Readonly<Record<string, string>>;
    readonly want: string;
  }> = [
    {
      name: "refuses a base that contains itself",
      files: { "kustomization.yaml": "resources: [.]" },
      want: "accumulating resources: accumulation err='accumulating resources from '.': '$ROOT' must resolve to a file': cycle detected: candidate root '$ROOT' contains visited root '$ROOT'",
    },
    {
      name: "refuses a remote base",
      files: { "kustomization.yaml": "resources: ['https://example.com/x.yaml']" },
      want: "accumulating resources: accumulation err='accumulating resources from 'https://example.com/x.yaml': remote file 'https://example.com/x.yaml' is not allowed': remote base 'https://example.com/x.yaml' is not allowed",
    },
    {
      name: "refuses an unknown field",
      files: { "kustomization.yaml": "resource: []" },
      want: 'invalid Kustomization: json: unknown field "resource"',
    },
    {
      name: "names the line of invalid YAML",
      files: { "kustomization.yaml": "resources: [x.yaml]", "x.yaml": "a: [\nb\n" },
      want: "accumulating resources: accumulating resources from 'x.yaml': MalformedYAMLError: yaml: line 2: did not find expected ',' or ']' in File: x.yaml",
    },
    {
      name: "refuses an image name that is no regular expression",
      files: {
        "kustomization.yaml": "resources: [x.yaml]\nimages: [{name: '(', newTag: '2'}]",
        "x.yaml": aDeployment("d"),
      },
      want: "error parsing regexp: missing closing ): `^((:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$`",
    },
  ];

  test.each(failures)("$name", ({ files, want }) => {
    expect(failure(files)).toBe(want);
  });

  test("tells file and line of invalid YAML as fields", () => {
    const files = { "kustomization.yaml": "resources: [x.yaml]", "x.yaml": "a: b\nc: [\n" };
    try {
      built(files);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ file: "x.yaml", line: expect.any(Number) });
    }
  });

  test("tells in which kustomization a problem is", () => {
    const files = { "kustomization.yaml": "resources: [b]", "b/kustomization.yaml": "a: b\nresources: [\n" };
    expect(() => built(files)).toThrow(expect.objectContaining({ file: "b/kustomization.yaml", line: 3 }));
  });

  test("ends within its budget of nested bases", () => {
    const files: Record<string, string> = {};
    for (let at = 0; at < 12; at++) {
      const directory = `${"d/".repeat(at)}`;
      files[`${directory}kustomization.yaml`] = at === 11 ? "namePrefix: p-" : "resources: [d]";
    }
    expect(() => built(files, { budgets: { depth: 5 } })).toThrow("bases are nested more than 5 deep");
  });

  test("ends within its budget of bytes", () => {
    const files = { "kustomization.yaml": "resources: [x.yaml]", "x.yaml": aConfigMap("c") };
    expect(() => built(files, { budgets: { bytes: 30 } })).toThrow("more than 30 bytes were read");
  });

  test("refuses an alias bomb", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let at = 1; at < 8; at++)
      lines.push(
        `a${at}: &a${at} [${Array(10)
          .fill(`*a${at - 1}`)
          .join(", ")}]`,
      );
    const files = {
      "kustomization.yaml": "resources: [x.yaml]",
      "x.yaml": `${aConfigMap("c")}${lines.join("\n")}\n`,
    };
    expect(() => built(files)).toThrow("document contains excessive aliasing");
  });
});
