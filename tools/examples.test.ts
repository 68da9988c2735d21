import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startCluster } from "@weir/cluster";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  compilePrograms,
  type ExampleProblem,
  runPrograms,
  testPrograms,
} from "./documents/check-programs.ts";
import { readCode } from "./documents/code-blocks.ts";
import { documentsWithCode, writePrograms } from "./documents/example-programs.ts";

const root = resolve(import.meta.dirname, "..");
const documents = documentsWithCode(root);
const scratch = mkdtempSync(join(tmpdir(), "weir-example-cluster-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe("the code of", () => {
  let compiled: readonly ExampleProblem[] = [];
  let ran: readonly ExampleProblem[] = [];

  beforeAll(async () => {
    using workspace = writePrograms(root, documents);
    const kubeconfig = join(scratch, "config");
    // What a reader has in ~/.kube/config.
    await using _cluster = await startCluster({ listen: { kubeconfig } });
    const runs = Promise.all([
      runPrograms(workspace, readFileSync(kubeconfig, "utf8")),
      testPrograms(root, workspace),
    ]);
    compiled = await compilePrograms(root, workspace);
    ran = (await runs).flat();
  }, 240_000);

  const messagesOf = (problems: readonly ExampleProblem[], document: string): readonly string[] =>
    problems.filter((problem) => problem.document === document).map(({ message }) => message);

  test.each([...documents.keys()])("%s compiles and runs", (document) => {
    expect(messagesOf(compiled, document)).toEqual([]);
    expect(messagesOf(ran, document)).toEqual([]);
  });
});

describe("a document", () => {
  test("says of each block what becomes of it, and where it stands", () => {
    const lines = [
      "<!-- example: given",
      "const hidden = 1;",
      "-->",
      "<!-- example: uses docs/other.md -->",
      "<!-- example: not run: it takes a day -->",
      "```ts",
      "// src/a.ts",
      "export const a = 1;",
      "```",
      "- in a list",
      "  <!-- example: anew -->",
      "  ```ts",
      "  const b = 1;",
      "  ```",
      "```sh",
      "```",
    ];
    const plain = { file: undefined, treatment: "run", isNew: false, isProgram: false };
    expect(readCode(lines.join("\n"))).toEqual({
      uses: ["docs/other.md"],
      blocks: [
        { ...plain, line: 2, code: "const hidden = 1;" },
        {
          ...plain,
          line: 7,
          code: "// src/a.ts\nexport const a = 1;",
          file: "src/a.ts",
          treatment: "compiled",
        },
        { ...plain, line: 13, code: "const b = 1;", isNew: true },
      ],
    });
  });

  test.each(["<!-- example: maybe -->", "<!-- example: not run -->", "```ts"])(
    "is refused with %s",
    (line) => {
      expect(() => readCode(`${line}\ntext`)).toThrow("line 1");
    },
  );
});
