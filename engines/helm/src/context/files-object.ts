import { compareUtf8 } from "@weir/core";
import { defineFunction, type TemplateRun } from "@weir/gotemplate";
import { GoCallError, type GoFunction, GoMap, GoObject, GoSlice, type GoValue, utf8Text } from "@weir/text";

import type { ChartFile } from "../chart/chart.ts";
import { toYaml } from "../functions/yaml-functions.ts";
import { compileGlob } from "./compile-glob.ts";

const TYPE = "engine.files";
const LF = 0x0a;

/** `.Files`: what lies in a chart beside its templates. */
export class FilesObject extends GoObject {
  readonly type = TYPE;
  readonly kind = "map";
  override readonly underlying: GoValue;
  readonly #files: ReadonlyMap<string, Uint8Array>;

  constructor(files: ReadonlyMap<string, Uint8Array>) {
    super();
    this.#files = files;
    // Templates see it as the map that it is in Go, and cannot change it.
    this.underlying = new GoMap(TYPE, "[]uint8", files as Map<string, GoValue>);
  }

  override method(name: string): GoFunction | undefined {
    switch (name) {
      case "Get":
        return defineFunction(name, ["string"], "string", ([path]) => utf8Text(this.#bytes(path)));
      case "GetBytes":
        return defineFunction(name, ["string"], "[]uint8", ([path]) => this.#bytes(path));
      case "Glob":
        return defineFunction(name, ["string"], TYPE, ([pattern]) => this.#glob(pattern));
      case "AsConfig":
        return defineFunction(name, [], "string", (_args, run) => this.#toYaml(utf8Text, run));
      case "AsSecrets":
        return defineFunction(name, [], "string", (_args, run) => this.#toYaml(base64, run));
      case "Lines":
        return defineFunction(name, ["string"], "[]string", ([path]) => this.#lines(path));
      default:
        return undefined;
    }
  }

  #bytes(path: string): Uint8Array {
    return this.#files.get(path) ?? new Uint8Array();
  }

  #glob(pattern: string): FilesObject {
    // What is no pattern stands for everything.
    const matches = compileGlob(pattern) ?? (() => true);
    return new FilesObject(new Map(this.#files.entries().filter(([path]) => matches(path))));
  }

  /** Keyed by base names. Helm keeps one of several files of a name at random; here the last path wins. */
  #toYaml(write: (bytes: Uint8Array) => string, run: TemplateRun): string {
    const paths = [...this.#files.keys()].sort(compareUtf8);
    const texts = paths.map((path): readonly [string, string] => [baseName(path), write(this.#bytes(path))]);
    return toYaml(new GoMap("map[string]string", "string", new Map<string, GoValue>(texts)), run);
  }

  #lines(path: string): GoSlice {
    const bytes = this.#files.get(path);
    if (bytes === undefined) return new GoSlice("string", []);
    if (bytes.length === 0) throw new GoCallError("runtime error: index out of range [-1]");
    const text = utf8Text(bytes.at(-1) === LF ? bytes.subarray(0, -1) : bytes);
    return new GoSlice("string", text.split("\n"));
  }
}

/** The files of a chart as templates see them. */
export function filesOf(files: readonly ChartFile[]): FilesObject {
  return new FilesObject(new Map(files.map(({ name, data }) => [name, data])));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** `path.Base`. */
function baseName(path: string): string {
  const trimmed = path.replace(/\/+$/, "");
  if (trimmed === "") return path === "" ? "." : "/";
  return trimmed.slice(trimmed.lastIndexOf("/") + 1);
}
