import { gzipSync } from "node:zlib";
import { memoryTree, type Tree } from "@weir/core";
import { writeTar } from "../src/package/write-tar.ts";

/** Files as bytes, by their paths. */
export function filesOf(files: Readonly<Record<string, string>>): Map<string, Uint8Array> {
  return new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]));
}

/** A folder of files. */
export function aFolder(files: Readonly<Record<string, string>>): Tree {
  return memoryTree(filesOf(files));
}

/** A gzipped archive of files. */
export function anArchive(files: Readonly<Record<string, string | Uint8Array>>): Uint8Array {
  const entries = Object.entries(files).map(([name, data]) => ({ name, data: Buffer.from(data) }));
  return gzipSync(writeTar(entries, 0));
}

/** The least that Chart.yaml holds. */
export function chartYaml(name: string, more = ""): string {
  return `apiVersion: v2\nname: ${name}\nversion: 1.2.3\n${more}`;
}
