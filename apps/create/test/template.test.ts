import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { TEMPLATE } from "../src/generated/template.ts";

const root = resolve(import.meta.dirname, "../../..");
const folders = ["examples/myapp", "apps/create/template"];

function readFirst(path: string, from: readonly string[]): string | undefined {
  const texts = from.flatMap((folder) => {
    try {
      return [readFileSync(join(root, folder, path), "utf8")];
    } catch {
      return [];
    }
  });
  return texts.at(-1);
}

test("the template is the worked example as it is now; `npm run generate` brings it up to date", () => {
  for (const [path, text] of Object.entries(TEMPLATE)) {
    if (path !== "package.json") expect({ path, text }).toEqual({ path, text: readFirst(path, folders) });
  }
});
