import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { DeclarationFiles } from "./api/declaration-files.ts";
import { printApi } from "./api/print-api.ts";
import { publicApiOf } from "./api/public-api.ts";
import { generate } from "./generate-api.ts";

const root = resolve(import.meta.dirname, "..");

describe("the public API of the packages, and the reference,", () => {
  const current = generate({ root });

  test.each([...current.keys()])(
    "is as %s records it (npm run generate; the diff is what a reviewer looks at)",
    (path) => {
      expect(current.get(path)).toBe(recorded(path));
    },
  );

  test.each(["docs/api", "docs/sdk/reference"])("leaves nothing in %s that no package has", (folder) => {
    const present = readdirSync(join(root, folder), { encoding: "utf8" }).map((name) => `${folder}/${name}`);
    expect(present.filter((path) => !current.has(path))).toEqual([]);
  });
});

function recorded(path: string): string {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : "";
}

/** The API of some declaration files, the first of which is the entry point. */
function apiOf(sources: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "weir-api-test-"));
  try {
    for (const [path, text] of Object.entries(sources)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return printApi(publicApiOf(new DeclarationFiles(), join(folder, Object.keys(sources)[0] ?? "")));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("a printed API", () => {
  test("is sorted, without docstrings, and holds what is exported alone", () => {
    const api = apiOf({
      "index.d.ts": 'export { b, type A } from "./a.ts";\n',
      "a.d.ts":
        '/** Doc. */\nexport interface A {\n    /** Member. */\n    readonly path: "/*";\n}\n' +
        "export declare function b(a: A): void;\nexport declare const unused: number;\n",
    });
    expect(api).toBe(
      'export interface A {\n    readonly path: "/*";\n}\n\nexport declare function b(a: A): void;\n',
    );
  });

  test("keeps overloads together, in their order", () => {
    const api = apiOf({
      "index.d.ts": 'export { f } from "./f.ts";\n',
      "f.d.ts":
        "export declare function f(a: string): 2;\n/** Other. */\nexport declare function f(a: number): 1;\n",
    });
    expect(api).toBe("export declare function f(a: string): 2;\nexport declare function f(a: number): 1;\n");
  });

  test("shows what is not exported and yet named, once, and renames what would clash", () => {
    const api = apiOf({
      "index.d.ts": 'export { a, type Part } from "./a.ts";\n',
      "a.d.ts":
        'import { type Part as Other } from "./b.ts";\nimport type { Clock } from "@weir/core";\n' +
        "export interface Part {\n    own: 1;\n}\n" +
        'export declare function a<Clash>(clash: Clash, other: Other, c: Clock): import("./b.ts").Part;\n',
      "b.d.ts": "export interface Part {\n    next: Part;\n}\n",
    });
    expect(api).toBe(
      'import type { Clock } from "@weir/core";\n\nexport interface Part {\n    own: 1;\n}\n\n' +
        "export declare function a<Clash>(clash: Clash, other: Part_2, c: Clock): Part_2;\n\n" +
        "// Not exported, and named by what is.\n\ninterface Part_2 {\n    next: Part_2;\n}\n",
    );
  });

  test("tells a class whose type alone is exported from one that can be made", () => {
    const source = { "a.d.ts": "export declare class A {\n    #private;\n}\n" };
    expect(apiOf({ "index.d.ts": 'export { type A } from "./a.ts";\n', ...source })).toContain(
      "declare class A {\n    #private;\n}\n\nexport { type A };\n",
    );
    expect(apiOf({ "index.d.ts": 'export { A } from "./a.ts";\n', ...source })).toContain(
      "export declare class A",
    );
  });

  test("names what is handed on from another package", () => {
    const sources = { "index.d.ts": 'export { type Kind, f as g } from "@weir/client";\n' };
    expect(apiOf(sources)).toBe(
      'export { f as g } from "@weir/client";\nexport { type Kind } from "@weir/client";\n',
    );
  });
});
