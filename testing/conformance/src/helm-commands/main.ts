// node tools/launch.mjs testing/conformance/src/helm-commands/main.ts: records what helm says to command lines.
import { spawnSync } from "node:child_process";
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
import { dirname, join } from "node:path";
import { findTool } from "@weir/testkit";

const FOLDER = join(import.meta.dirname, "../../../../apps/cli/test/fixtures/helm-commands");

interface Inputs {
  readonly files: Readonly<Record<string, string>>;
  readonly filesBase64: Readonly<Record<string, string>>;
  readonly commands: readonly (readonly string[])[];
}

/** Texts are kept once: many commands print the same. */
class Texts {
  readonly list: string[] = [];

  indexOf(text: string): number {
    const found = this.list.indexOf(text);
    return found === -1 ? this.list.push(text) - 1 : found;
  }
}

function filesIn(folder: string, prefix = ""): Readonly<Record<string, string>> {
  if (!existsSync(folder)) return {};
  const found = readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((entry) => {
      const [full, path] = [join(folder, entry.name), `${prefix}${entry.name}`];
      return entry.isDirectory() ? filesIn(full, `${path}/`) : { [path]: readFileSync(full, "utf8") };
    });
  return Object.assign({}, ...found) as Readonly<Record<string, string>>;
}

function record(tool: string, { files, filesBase64, commands }: Inputs, root: string): object {
  for (const [path, text] of Object.entries(files)) put(join(root, path), Buffer.from(text));
  for (const [path, text] of Object.entries(filesBase64)) put(join(root, path), Buffer.from(text, "base64"));
  const texts = new Texts();
  const cases = commands.map((args) => {
    rmSync(join(root, "out"), { recursive: true, force: true });
    const env = { HOME: join(root, "..", "home"), PATH: "" };
    const { status, stdout, stderr } = spawnSync(tool, args, { cwd: root, env, encoding: "utf8" });
    const written = filesIn(join(root, "out"));
    const shown = (text: string): number => texts.indexOf(text.replaceAll(root, "$ROOT"));
    return {
      args,
      exit: status,
      stdout: shown(stdout),
      stderr: shown(stderr),
      ...(Object.keys(written).length === 0 ? {} : { written }),
    };
  });
  return { texts: texts.list, cases };
}

function put(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

const tool = await findTool("helm");
if (tool.kind === "absent") {
  process.stdout.write(`nothing is recorded: ${tool.reason}\n`);
} else {
  const parent = mkdtempSync(join(tmpdir(), "weir-helm-commands-"));
  try {
    const inputs = JSON.parse(readFileSync(join(FOLDER, "inputs.json"), "utf8")) as Inputs;
    const recorded = record(tool.path, inputs, join(parent, "root"));
    writeFileSync(join(FOLDER, "recorded.json"), `${JSON.stringify(recorded, undefined, 1)}\n`);
    process.stdout.write(`recorded ${inputs.commands.length} commands\n`);
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}
