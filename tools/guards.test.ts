import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { DeclarationFiles } from "./api/declaration-files.ts";
import { printApi } from "./api/print-api.ts";
import { publicApiOf } from "./api/public-api.ts";
import { findLayerViolations, findStyleViolations, findTableCycles } from "./architecture/rules.ts";
import type { SourceFile } from "./architecture/source-files.ts";
import { readCode } from "./documents/code-blocks.ts";
import { compilePrograms, type ExampleProblem, runPrograms } from "./documents/check-programs.ts";
import { findDeadReferences } from "./documents/dead-references.ts";
import { writePrograms } from "./documents/example-programs.ts";
import { findStaleFiles, writeFiles } from "./generating/generated-files.ts";

const root = resolve(import.meta.dirname, "..");
const bin = (name: string): string => join(root, "node_modules/.bin", name);

/** A folder with some files, beside links to the configuration of this repository. */
class Planted {
  readonly folder = mkdtempSync(join(tmpdir(), "weir-guard-"));

  constructor(files: Readonly<Record<string, string>>, configs: readonly string[]) {
    for (const config of configs) copyFileSync(join(root, config), join(this.folder, config));
    symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      writeFileSync(join(this.folder, path), text);
    }
  }

  /** The exit code and the output of a tool in the folder. */
  run(
    command: string,
    ...args: readonly string[]
  ): { readonly code: number | null; readonly output: string } {
    const { status, stdout, stderr } = spawnSync(bin(command), args, { cwd: this.folder, encoding: "utf8" });
    return { code: status, output: stdout + stderr };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

describe("the gate", () => {
  test("format fails on a line that is not formatted, and passes on one that is", () => {
    using planted = new Planted({ "src/a.ts": "export   const a = 1\n" }, ["biome.json"]);
    expect(planted.run("biome", "format", ".").code).not.toBe(0);
    writeFileSync(join(planted.folder, "src/a.ts"), "export const a = 1;\n");
    expect(planted.run("biome", "format", ".").code).toBe(0);
  });

  test.each([
    ["an any", "export const a = (value: any): unknown => value;\n", "no-explicit-any"],
    ["a default export", "export default 1;\n", "no-default-export"],
    ["a timer that no clock owns", "setTimeout(() => {}, 1);\n", "no-restricted-globals"],
    ["the time from no clock", "export const now = Date.now();\n", "no-restricted-properties"],
    ["a loose comparison", "export const f = (a: unknown): boolean => a == 1;\n", "eqeqeq"],
    [
      "five parameters",
      "export function f(a: 1, b: 1, c: 1, d: 1, e: 1): unknown {\n  return [a, b, c, d, e];\n}\n",
      "max-params",
    ],
    ["a file of 401 lines", `${"export {};\n".repeat(401)}`, "max-lines"],
  ])("lint fails on %s", (_name, text, rule) => {
    using planted = new Planted({ "kube/client/src/a.ts": text }, [".oxlintrc.json"]);
    const { code, output } = planted.run("oxlint", "--deny-warnings", "kube");
    expect(code).not.toBe(0);
    expect(output).toContain(rule);
  });

  test("lint fails on files that import each other", () => {
    const files = {
      "kube/a.ts": 'export { b } from "./b.ts";\n',
      "kube/b.ts": 'import { b as c } from "./a.ts";\nexport const b: unknown = c;\n',
    };
    using planted = new Planted(files, [".oxlintrc.json"]);
    expect(planted.run("oxlint", "--deny-warnings", "kube").output).toContain("no-cycle");
  });

  test("types fails on a property that may be missing", () => {
    const tsconfig = JSON.stringify({ extends: "./tsconfig.base.json", include: ["src"] });
    const files = {
      "tsconfig.json": tsconfig,
      "src/a.ts": "const m: Record<string, number> = {};\nexport const a: number = m['x'];\n",
    };
    using planted = new Planted(files, ["tsconfig.base.json"]);
    expect(planted.run("tsc", "-p", ".").output).toContain("TS2322");
  });

  test("unused files fails on a file that nothing imports and a dependency that nothing declares", () => {
    const manifest = JSON.stringify({ name: "planted", type: "module", workspaces: ["foundation/*"] });
    const pkg = JSON.stringify({ name: "@weir/core", type: "module", exports: "./src/index.ts" });
    const files = {
      "package.json": manifest,
      "foundation/core/package.json": pkg,
      "foundation/core/src/index.ts": 'import "undici";\nexport const a = 1;\n',
      "foundation/core/src/forgotten.ts": "export const b = 1;\n",
      "knip.json": JSON.stringify({
        workspaces: { "foundation/*": { entry: ["src/index.ts"], project: ["src/**/*.ts"] } },
      }),
    };
    using planted = new Planted(files, []);
    const { code, output } = planted.run("knip", "--no-progress");
    expect(code).not.toBe(0);
    expect(output).toContain("forgotten.ts");
    expect(output).toContain("undici");
  });

  test("documents fails on a link, a path and an npm script that do not exist", () => {
    const text = "[a](gone.md), `tools/gone.ts` and `npm run gone`; but [b](there.md) is there\n";
    using planted = new Planted({ "README.md": text, "there.md": "" }, []);
    const dead = findDeadReferences(planted.folder, join(planted.folder, "README.md"), new Set(["test"]));
    expect(dead.map(({ reference }) => reference)).toEqual(["gone.md", "tools/gone.ts", "npm run gone"]);
  });
});

const file = (path: string, text: string): SourceFile => ({
  path,
  text,
  isTest: path.endsWith(".test.ts"),
  isGenerated: false,
});

describe("the architecture gate", () => {
  const layer = { folder: "kube/apiserver", holds: "", mayImport: ["core"] };
  const violationsOf = (text: string): readonly string[] =>
    findLayerViolations({ name: "apiserver", layer, files: [file("kube/apiserver/src/a.ts", text)] }).map(
      ({ rule }) => rule,
    );

  test("fails on an import that the layer table does not allow, in each of its forms", () => {
    const want = ["kube/apiserver may not import @weir/client"];
    expect(violationsOf('import { createClient } from "@weir/client";\n')).toEqual(want);
    expect(violationsOf('import {\n  createClient,\n} from "@weir/client";\n')).toEqual(want);
    expect(violationsOf('export { createClient } from "@weir/client";\n')).toEqual(want);
    expect(violationsOf('const client = await import("@weir/client");\n')).toEqual(want);
    expect(violationsOf('import type { KubeClient } from "@weir/client";\n')).toEqual(want);
  });

  test("fails on a relative import that leaves the package, and passes on what is allowed", () => {
    expect(violationsOf('import { a } from "../../client/src/a.ts";\n')).toHaveLength(1);
    expect(violationsOf('import { WeirError } from "@weir/core";\nimport { b } from "./b.ts";\n')).toEqual(
      [],
    );
    expect(violationsOf('// import { createClient } from "@weir/client";\n')).toEqual([]);
  });

  test("fails on a table whose rows import what stands below them", () => {
    const rows = [
      { folder: "a", holds: "", mayImport: ["b"] },
      { folder: "b", holds: "", mayImport: [] },
    ];
    expect(findTableCycles(rows, (folder) => folder)).toHaveLength(1);
    expect(findTableCycles(rows.toReversed(), (folder) => folder)).toEqual([]);
  });

  test.each([
    ["a name that says nothing", "sdk/src/utils.ts", "", "says nothing"],
    ["a name that is not kebab-case", "sdk/src/WorkQueue.ts", "", "kebab-case"],
    ["an index that is no entry point", "sdk/src/queue/index.ts", "", "entry point"],
    ["export *", "sdk/src/index.ts", 'export * from "./a.ts";\n', "export *"],
    ["an error that is no WeirError", "sdk/src/a.ts", 'throw new Error("x");\n', "WeirError"],
    ["reading the environment", "sdk/src/a.ts", "export const home = process.env;\n", "process"],
    ["module state", "sdk/src/a.ts", "let count = 0;\n", "module state"],
    ["inheritance", "sdk/src/a.ts", "class A extends Queue {}\n", "inheritance"],
  ])("fails on %s", (_name, path, text, rule) => {
    const rules = findStyleViolations([file(path, text)]).map((violation) => violation.rule);
    expect(rules).toHaveLength(1);
    expect(rules[0]).toContain(rule);
  });
});

describe("the generated-files gate", () => {
  test("names a file that was edited by hand, and none that is as it was written", async () => {
    using planted = new Planted({}, []);
    const generate = (): ReadonlyMap<string, string> => new Map([["src/generated/table.ts", "export {};\n"]]);
    const input = { root: planted.folder, reference: planted.folder };
    const stale = await findStaleFiles(generate, input);
    expect([...stale.keys()]).toEqual(["src/generated/table.ts"]);
    writeFiles(planted.folder, stale);
    expect((await findStaleFiles(generate, input)).size).toBe(0);
    writeFileSync(join(planted.folder, "src/generated/table.ts"), "export const edited = 1;\n");
    expect((await findStaleFiles(generate, input)).size).toBe(1);
  });
});

describe("the public API gate", () => {
  test("sees a parameter, a member and a name that nobody recorded, and no docstring", () => {
    using planted = new Planted({}, []);
    const apiOf = (text: string): string => {
      writeFileSync(join(planted.folder, "index.d.ts"), 'export { f, type A } from "./a.ts";\n');
      writeFileSync(join(planted.folder, "a.d.ts"), text);
      return printApi(publicApiOf(new DeclarationFiles(), join(planted.folder, "index.d.ts")));
    };
    const recorded = apiOf("interface B {\n}\nexport type A = B;\nexport declare function f(a: A): void;\n");
    const changes = [
      "interface B {\n}\nexport type A = B;\nexport declare function f(a?: A): void;\n",
      "interface B {\n    b: 1;\n}\nexport type A = B;\nexport declare function f(a: A): void;\n",
    ];
    for (const text of changes) expect(apiOf(text)).not.toBe(recorded);
    const documented =
      "interface B {\n}\nexport type A = B;\n/** New words. */\nexport declare function f(a: A): void;\n";
    expect(apiOf(documented)).toBe(recorded);
  });
});

describe("the gate of the documents' code", { timeout: 120_000 }, () => {
  const problemsOf = async (lines: readonly string[]): Promise<readonly ExampleProblem[]> => {
    using workspace = writePrograms(root, new Map([["docs/a.md", readCode(lines.join("\n"))]]));
    const compiled = await compilePrograms(root, workspace);
    return [...compiled, ...(await runPrograms(workspace, ""))];
  };

  test("names the line of a block that does not compile, and of one that fails when it runs", async () => {
    const wrong = ["# A", "```ts", "const a = 1;", "```", "```ts", 'const b: string = "b";', "b.x();", "```"];
    const messages = (await problemsOf(wrong)).map(({ message }) => message);
    expect(messages).toHaveLength(2);
    expect(messages[0]).toMatch(/^docs\/a\.md:7: error TS2339/);
    expect(messages[1]).toMatch(/^docs\/a\.md:7: TypeError: b\.x is not a function/);
  });

  test("names the line that prints something else than it says", async () => {
    const said = [
      "```ts",
      "console.log([1, 2]); // → [ 1, 2 ]",
      'console.log({ a: "b" }); // → { … "c" }',
      "```",
    ];
    expect((await problemsOf(said)).map(({ message }) => message)).toEqual([
      "docs/a.md:3: prints { a: 'b' }",
    ]);
  });

  test("passes blocks that build on each other, and programs that run until Ctrl-C", async () => {
    const right = [
      "```ts",
      'import { formatKey } from "@weir/objects";',
      'const key = formatKey({ namespace: "a", name: "b" });',
      "```",
      "```ts",
      'import { formatKey, keyOf } from "@weir/objects";',
      "const end = Promise.withResolvers<void>();",
      'process.once("SIGINT", () => end.resolve());',
      "await end.promise;",
      'if (key !== formatKey(keyOf({ metadata: { namespace: "a", name: "b" } }))) throw new Error(key);',
      "```",
    ];
    expect(await problemsOf(right)).toEqual([]);
  });
});
