import type { JsonValue } from "@weir/core";
import { describe, expect, test } from "vitest";
import {
  emitYaml,
  loadYaml,
  loadYamlDocuments,
  YamlBudgetError,
  YamlError,
  yamlPositions,
} from "../src/index.ts";

function errorOf(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

function budgetOf(act: () => unknown): string | undefined {
  const error = errorOf(act);
  return error instanceof YamlBudgetError ? error.budget : undefined;
}

/** Ten anchors, each a list of ten aliases of the one before: ten thousand million nodes. */
function aliasBomb(): string {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let i = 1; i < 10; i += 1) {
    lines.push(
      `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(", ")}]`,
    );
  }
  return lines.join("\n");
}

describe("a hostile text", () => {
  test.each(["go-yaml-v2", "go-yaml-v3"] as const)(
    "of aliases ends in go-yaml's own error (%s)",
    (dialect) => {
      const error = errorOf(() => loadYaml(aliasBomb(), { dialect }));
      expect(error).toBeInstanceOf(YamlError);
      expect(error).toHaveProperty("message", "yaml: document contains excessive aliasing");
    },
  );

  test("of aliases meets the budget where that is smaller", () => {
    expect(budgetOf(() => loadYaml(aliasBomb(), { budgets: { aliases: 1000 } }))).toBe("aliases");
  });

  const deep: ReadonlyArray<{ readonly name: string; readonly text: string }> = [
    { name: "brackets", text: "[".repeat(10_000) },
    { name: "braces", text: "{a: ".repeat(10_000) },
    { name: "dashes", text: "- ".repeat(10_000) },
    { name: "keys", text: Array.from({ length: 2000 }, (_, i) => `${" ".repeat(i)}a:`).join("\n") },
    {
      name: "aliases",
      text: ["a0: &a0 [x]", ...Array.from({ length: 800 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}]`)].join(
        "\n",
      ),
    },
  ];

  test.each(deep)("that nests by $name ends in a depth or alias error", ({ text }) => {
    const error = errorOf(() => loadYaml(text, { budgets: { depth: 500 } }));
    expect(error).toBeInstanceOf(YamlError);
    expect(String(error)).toMatch(/exceeded max depth of 500|excessive aliasing/);
  });

  test("that nests 900 levels deep is loaded and emitted", () => {
    const value = loadYaml("[".repeat(900) + "]".repeat(900));
    expect(loadYaml(emitYaml(value))).toEqual(value);
  });

  test("value that nests too deep is not emitted", () => {
    let value: JsonValue = [1];
    for (let i = 0; i < 5000; i += 1) value = [value];
    expect(budgetOf(() => emitYaml(value))).toBe("depth");
  });

  test("of merges that copy each other ends in an error", () => {
    const lines = ["m0: &m0 {k0: v}"];
    for (let i = 1; i < 2000; i += 1) lines.push(`m${i}: &m${i} {<<: *m${i - 1}, k${i}: v}`);
    expect(budgetOf(() => loadYaml(lines.join("\n"), { budgets: { merges: 1000 } }))).toBe("merges");
    expect(errorOf(() => loadYaml(lines.join("\n")))).toBeInstanceOf(YamlError);
    expect(errorOf(() => loadYaml(lines.join("\n"), { dialect: "go-yaml-v3" }))).toBeInstanceOf(YamlError);
  });

  test("of too many documents ends in an error", () => {
    expect(budgetOf(() => loadYamlDocuments("a: 1\n---\n".repeat(100_000)))).toBe("documents");
  });

  test("larger than its budget is not looked at", () => {
    expect(budgetOf(() => loadYaml("a: 1\n", { budgets: { size: 4 } }))).toBe("size");
    expect(budgetOf(() => loadYamlDocuments("a: 1\n", { budgets: { size: 4 } }))).toBe("size");
    expect(budgetOf(() => yamlPositions("a: 1\n", { budgets: { size: 4 } }))).toBe("size");
  });

  const large: ReadonlyArray<{ readonly name: string; readonly text: string }> = [
    { name: "one key repeated", text: "a: 1\n".repeat(50_000) },
    { name: "a long flow line", text: `[${"a: b, ".repeat(50_000)}]` },
    { name: "open quotes", text: `a: "${"x ".repeat(200_000)}` },
    { name: "folded blanks", text: `a: b${" \n".repeat(100_000)}` },
    { name: "a long number", text: `a: 0x${"f".repeat(200_000)}` },
    { name: "much base64", text: `a: !!binary ${"QUJD".repeat(200_000)}` },
    { name: "many anchors", text: Array.from({ length: 20_000 }, (_, i) => `k${i}: &a${i} v`).join("\n") },
  ];

  test.each(large)(
    "of $name takes linear time",
    ({ text }) => {
      for (const dialect of ["go-yaml-v2", "go-yaml-v3"] as const) {
        const outcome = errorOf(() => loadYaml(text, { dialect }));
        expect(outcome instanceof Error ? outcome instanceof YamlError : true).toBe(true);
      }
    },
    5000,
  );

  test("of text that cannot be folded takes linear time", () => {
    const text = "a  b c".repeat(100_000);
    expect(loadYaml(emitYaml([text, `'${text}`, `\t${text}`]))).toEqual([text, `'${text}`, `\t${text}`]);
  }, 5000);
});
