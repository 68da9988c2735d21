// npm run generate [-- --check]: writes every generated file, or says which would change.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** Where a generator reads. */
export interface GenerateInput {
  /** The repository. */
  readonly root: string;
  /** The reference data: CRD schemas, built-in kinds, protobuf fields. */
  readonly reference: string;
}

/**
 * What each `tools/generate-*.ts` exports as `generate`: paths relative to the repository and their exact content.
 * Deterministic: sorted, no dates, no machine.
 */
export type Generate = (
  input: GenerateInput,
) => ReadonlyMap<string, string> | Promise<ReadonlyMap<string, string>>;

const root = resolve(import.meta.dirname, "..");
const reference = resolve(root, "../shared/reference");
const check = process.argv.includes("--check");

if (!existsSync(reference)) {
  process.stdout.write("the reference data is not here: nothing was generated\n");
  process.exit(check ? 0 : 1);
}

for (const file of readdirSync(import.meta.dirname).sort()) {
  if (!/^generate-.*\.ts$/.test(file)) continue;
  const { generate } = (await import(pathToFileURL(join(import.meta.dirname, file)).href)) as {
    generate: Generate;
  };
  for (const [path, content] of await generate({ root, reference })) {
    const target = join(root, path);
    if (existsSync(target) && readFileSync(target, "utf8") === content) continue;
    process.stdout.write(`${check ? "differs" : "wrote"} ${path}\n`);
    if (check) {
      process.exitCode = 1;
    } else {
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
    }
  }
}
