import { memoryTree } from "@weir/core";
import { describe, expect, test } from "vitest";
import { buildKustomization, KustomizeError } from "../src/index.ts";
import cases from "./bad-input.cases.json" with { type: "json" };
import { aConfigMap, built, treeOf } from "./build-tree.ts";

type Content = string | { readonly hex: string };

interface BadInput {
  readonly name: string;
  readonly files: Readonly<Record<string, Content>>;
  /** What kustomize 5.8.1 prints after `error: `, without the addresses and the types of Go that it shows. */
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly field?: string;
}

function bytesOf(content: Content): Uint8Array {
  return typeof content === "string" ? Buffer.from(content, "utf8") : Buffer.from(content.hex, "hex");
}

function failureOf(files: BadInput["files"]): unknown {
  const tree = memoryTree(new Map(Object.entries(files).map(([path, content]) => [path, bytesOf(content)])));
  try {
    buildKustomization(tree, ".");
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("a build with bad input fails with kustomize's message, and says where", () => {
  test.each(cases as unknown as readonly BadInput[])("$name", ({ files, message, file, line, field }) => {
    const error = failureOf(files);
    expect(error).toBeInstanceOf(KustomizeError);
    expect(error).toMatchObject({ message, file, line, field });
  });

  test("leaves Object.prototype as it was", () => {
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  test("reads UTF-16 where a byte order mark says so", () => {
    const bytes = Buffer.from(`\ufeff${aConfigMap("c")}`, "utf16le");
    const tree = memoryTree(
      new Map([
        ["kustomization.yaml", Buffer.from("resources: [c.yaml]")],
        ["c.yaml", bytes],
      ]),
    );
    expect(buildKustomization(tree, ".").objects).toHaveLength(1);
  });
});

/** Lists of ten aliases to a list of ten aliases, and so on. */
function aliasBomb(): string {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let at = 1; at < 9; at++) {
    const aliases = Array.from({ length: 10 }, () => `*a${at - 1}`).join(", ");
    lines.push(`a${at}: &a${at} [${aliases}]`);
  }
  return `${lines.join("\n")}\n`;
}

describe("a build that would never end", () => {
  const bombs: ReadonlyArray<{
    readonly name: string;
    readonly files: Readonly<Record<string, string>>;
    readonly want: string;
  }> = [
    {
      name: "of aliases to aliases in a resource",
      files: {
        "kustomization.yaml": "resources: [x.yaml]",
        "x.yaml": `${aConfigMap("c")}${aliasBomb()}`,
      },
      want: "yaml: document contains excessive aliasing",
    },
    {
      name: "of aliases to aliases in a kustomization",
      files: { "kustomization.yaml": aliasBomb() },
      want: "yaml: document contains excessive aliasing",
    },
    {
      name: "of lists in lists in a resource",
      files: {
        "kustomization.yaml": "resources: [x.yaml]",
        "x.yaml": aConfigMap("c", `data: ${"[".repeat(20_000)}${"]".repeat(20_000)}`),
      },
      want: "yaml: exceeded max depth of 1000",
    },
    {
      name: "of lists in lists in a kustomization",
      files: { "kustomization.yaml": `resources: ${"[".repeat(20_000)}${"]".repeat(20_000)}` },
      want: "yaml: exceeded max depth of 1000",
    },
    {
      name: "of lists in lists in a patch",
      files: {
        "kustomization.yaml": "resources: [x.yaml]\npatches: [{path: p.yaml}]",
        "x.yaml": aConfigMap("c"),
        "p.yaml": aConfigMap("c", `data: ${"[".repeat(20_000)}${"]".repeat(20_000)}`),
      },
      want: "unable to parse SM or JSON patch",
    },
    {
      name: "of bases that each stand on two others",
      files: diamonds("resources", ""),
      want: "more than 500 bases",
    },
    {
      name: "of components that each use the next one twice",
      files: diamonds("components", "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"),
      want: "more than 500 bases",
    },
    {
      name: "of a repeated expression",
      files: {
        "kustomization.yaml":
          'resources: [x.yaml]\npatches: [{target: {name: "(((a{30}){30}){30}){30}"}, patch: "- {op: remove, path: /data}"}]',
        "x.yaml": aConfigMap("c"),
      },
      want: "error parsing regexp",
    },
  ];
  test.each(bombs)("$name ends", ({ files, want }) => {
    expect(() => built(files, { budgets: { bases: 500 } })).toThrow(want);
  });

  test("of a name that backtracks takes no more time than its length", () => {
    const files = {
      "kustomization.yaml":
        'resources: [x.yaml]\npatches: [{target: {name: "(a*)*b"}, patch: "- {op: remove, path: /data}"}]',
      "x.yaml": aConfigMap("a".repeat(200)),
    };
    expect(built(files)).toContain("k: v");
  });

  test("of very many resources ends at the first that is wrong", () => {
    const paths = Array.from({ length: 200_000 }, () => "x.yaml").join(",");
    const files = { "kustomization.yaml": `resources: [${paths}]`, "x.yaml": aConfigMap("c") };
    expect(() => buildKustomization(treeOf(files), ".")).toThrow(
      "may not add resource with an already registered id: ConfigMap.v1.[noGrp]/c.[noNs]",
    );
  });
});

/** Twenty kustomizations, each of which names the next one twice. */
function diamonds(field: string, head: string): Readonly<Record<string, string>> {
  const files: Record<string, string> = { "kustomization.yaml": `${field}: [d0, e0]\n` };
  for (let at = 0; at < 20; at++) {
    for (const side of ["d", "e"]) {
      const below = at === 19 ? "" : `${field}: [../d${at + 1}, ../e${at + 1}]\n`;
      files[`${side}${at}/kustomization.yaml`] = `${head}namePrefix: p-\n${below}`;
    }
  }
  return files;
}
