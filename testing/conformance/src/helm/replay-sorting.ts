import { isDeepStrictEqual } from "node:util";
import { describeError } from "@weir/core";
import { type Hook, sortByKind, sortManifests, uninstallOrder } from "@weir/helm";

import type { CaseResult } from "../suite.ts";

/** Rendered templates, and what helm made of them or said. */
export interface SortingCase {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly hooks?: readonly Hook[];
  readonly manifests?: readonly {
    readonly path: string;
    readonly kind: string;
    /** Absent where there is no metadata. */
    readonly name?: string;
    readonly content: string;
  }[];
  readonly uninstallOrder?: readonly string[];
  readonly error?: string;
}

/** Sorts the files of a case and compares all that was recorded. */
export function replaySorting(recorded: SortingCase): CaseResult {
  const { name, files: _files, ...rest } = recorded;
  const named = rest.manifests?.map((manifest) => ({ name: "", ...manifest }));
  const want = named === undefined ? rest : { ...rest, manifests: named };
  const got = outcomeOf(recorded);
  if (isDeepStrictEqual(got, want)) return { name, verdict: "pass" };
  return { name, verdict: "fail", detail: `got ${JSON.stringify(got)}\nwant ${JSON.stringify(want)}` };
}

function outcomeOf({ files }: SortingCase): object {
  try {
    const { hooks, manifests } = sortManifests(new Map(Object.entries(files)));
    const shown = manifests.map(({ content, head, kind, path }) => ({
      content,
      kind,
      name: head.name,
      path,
    }));
    const removed = sortByKind(manifests, uninstallOrder);
    return {
      hooks,
      manifests: shown,
      uninstallOrder: removed.map(({ head, kind }) => `${kind}/${head.name}`),
    };
  } catch (error) {
    return { error: error instanceof Error ? error.message : describeError(error) };
  }
}
