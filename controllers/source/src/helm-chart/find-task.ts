import { createReadStream } from "node:fs";
import { readStoredVersions } from "@weir/helm";
import { ChartReferenceError, type FoundChart } from "./chart-repository.ts";
import { findVersion } from "./find-version.ts";

/** What is looked for, in which stored index. */
export interface FindInput {
  readonly file: string;
  readonly name: string;
  readonly range: string;
}

/** A chart, or why there is none: what is thrown in a worker is not the same behind it. */
export type FindResult =
  | { readonly kind: "found"; readonly chart: FoundChart }
  | { readonly kind: "none"; readonly message: string };

/** Looks a version up in a stored index; runs in a worker thread where the index is long. */
export async function findStoredChart({ file, name, range }: FindInput): Promise<FindResult> {
  try {
    const versions = await readStoredVersions(createReadStream(file), name);
    return { kind: "found", chart: findVersion(versions, name, range) };
  } catch (error) {
    if (error instanceof ChartReferenceError) return { kind: "none", message: error.message };
    throw error;
  }
}
