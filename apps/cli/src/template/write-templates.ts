import { appendFile, mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { type RenderedChart, type TemplateTextOptions, withSource } from "@weir/helm";
import { utf8Text } from "@weir/text";

import { CommandError } from "../cli-error.ts";
import { fileProblem } from "./read-values.ts";

/** Where the files of `--output-dir` go. */
export interface TemplateOutput extends TemplateTextOptions {
  readonly folder: string;
  /** A folder within it, for all but the CRDs: `--release-name`. */
  readonly releaseFolder: string | undefined;
  readonly workingDirectory: string;
  readonly write: (text: string) => void;
  /** What helm adds to the failure of anything but a hook. */
  readonly hint: string;
}

/** Writes each document into the file that its template is called after, and tells of each, as helm does. */
export async function writeTemplates(rendered: RenderedChart, output: TemplateOutput): Promise<void> {
  const { folder, releaseFolder } = output;
  const inner = releaseFolder === undefined ? folder : join(folder, releaseFolder);
  const writer = new TemplateWriter(output);
  try {
    await writeAllButHooks(rendered, writer, inner, output);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new CommandError(error.reason, error.message + output.hint, { cause: error });
  }
  for (const { path, manifest, events } of rendered.hooks) {
    if (output.noHooks === true || (output.skipTests === true && events.includes("test"))) continue;
    // A file that is there already keeps what it holds, be it from an earlier run.
    await writer.append(inner, path, manifest);
  }
}

async function writeAllButHooks(
  rendered: RenderedChart,
  writer: TemplateWriter,
  inner: string,
  { folder, includeCrds }: TemplateOutput,
): Promise<void> {
  if (includeCrds === true) {
    for (const { fullPath, data } of rendered.crds) await writer.put(folder, fullPath, utf8Text(data));
  }
  for (const { path, content } of rendered.manifests) await writer.put(inner, path, content);
}

class TemplateWriter {
  readonly #output: TemplateOutput;
  readonly #written = new Set<string>();

  constructor(output: TemplateOutput) {
    this.#output = output;
  }

  /** Starts a file, and goes on in one that this run started. */
  async put(folder: string, path: string, content: string): Promise<void> {
    const file = this.#fileOf(folder, path);
    await this.#save({ folder, path, content }, this.#written.has(file));
    this.#written.add(file);
  }

  async append(folder: string, path: string, content: string): Promise<void> {
    const isThere = (await stat(this.#fileOf(folder, path)).catch(() => undefined)) !== undefined;
    await this.#save({ folder, path, content }, isThere);
  }

  async #save(
    { folder, path, content }: { readonly folder: string; readonly path: string; readonly content: string },
    isAppended: boolean,
  ): Promise<void> {
    const file = this.#fileOf(folder, path);
    await makeFolderOf(file, `${folder}/${path}`);
    try {
      await (isAppended ? appendFile : writeFile)(file, withSource(path, content));
    } catch (cause) {
      throw new CommandError("OutputFailed", fileProblem("open", `${folder}/${path}`, cause), { cause });
    }
    this.#output.write(`wrote ${folder}/${path}\n`);
  }

  #fileOf(folder: string, path: string): string {
    const root = resolve(this.#output.workingDirectory, folder);
    const file = resolve(root, path);
    if (file.startsWith(root + sep)) return file;
    throw new CommandError(
      "UnsafeFileName",
      `the template ${JSON.stringify(path)} would be written outside of ${folder}`,
    );
  }
}

/** Makes the folder that a file goes into; `shown` is the file as a person reads it. */
async function makeFolderOf(file: string, shown: string): Promise<void> {
  const folder = dirname(file);
  try {
    await stat(folder);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") {
      throw new CommandError("OutputFailed", fileProblem("stat", dirname(shown), cause), { cause });
    }
    await mkdir(folder, { recursive: true });
  }
}
