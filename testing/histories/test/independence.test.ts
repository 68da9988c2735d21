import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../src");

test("the model and the checks share no code with the API", () => {
  const imports = ["history", "model", "check"].flatMap((folder) =>
    readdirSync(join(root, folder)).flatMap((file) => {
      const text = readFileSync(join(root, folder, file), "utf8");
      return [...text.matchAll(/from "(@weir\/[^"]+)"/g)].map(([, name]) => name);
    }),
  );
  expect([...new Set(imports)]).toEqual(["@weir/core"]);
});
