import type { HelmReleaseSnapshot } from "@weir/api";
import type { InventoryEntry } from "@weir/apply";
import type { Release } from "@weir/helm";
import type { ActionName } from "../settings/release-settings.ts";
import type { ReleaseAction } from "../settings/failure-strategy.ts";
import type { History } from "../release/history.ts";

/** The chart that a run works with. */
export interface ChartInUse {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  /** Digest of the artifact that the chart came in, where its version tells it. */
  readonly ociDigest: string | undefined;
}

/** What an action did to the records of a release, and how it ended. */
export interface ActionEnd {
  /** Every state of a revision that was written, in order. */
  readonly written: readonly Release[];
  /** What went wrong, in helm's words; absent where the action succeeded. */
  readonly problem?: string | undefined;
}

/** What happened in a run, as far as the status tells of it; `atMs` is when, in milliseconds since the epoch. */
export type Happening = HappeningBody & { readonly atMs: number };

/** The same without the moment. */
export type HappeningBody =
  /** The run looks for what it needs. */
  | { readonly kind: "fulfilling" }
  /** The HelmChart of the release was made, changed, or is not needed any more. */
  | { readonly kind: "charted"; readonly helmChart: string | undefined }
  /** Something that the release needs is not there, or an attempt ended before any action. */
  | { readonly kind: "unready"; readonly reason: string; readonly message: string }
  /** The release can never go on as it is. */
  | { readonly kind: "refused"; readonly reason: string; readonly message: string }
  /** What the release waited for under these reasons is there now. */
  | { readonly kind: "passed"; readonly reasons: readonly string[] }
  /** The release of before has been uninstalled, because the HelmRelease names another one now. */
  | { readonly kind: "left" }
  | {
      readonly kind: "attempting";
      readonly storageNamespace: string;
      readonly chart: ChartInUse;
      readonly configDigest: string;
      readonly resetsFailures: boolean;
    }
  /** A request by this annotation was seen. */
  | { readonly kind: "requested"; readonly by: "forceAt" | "resetAt" }
  /** What is remembered was cut to what is still of use, or thrown away. */
  | { readonly kind: "remembering"; readonly history: History }
  /** A release that was remediated turned out to be what is wanted. */
  | { readonly kind: "vindicated" }
  | { readonly kind: "acting"; readonly action: ActionName }
  | ({
      readonly kind: "released";
      readonly action: ReleaseAction;
      /** The name in messages of failure: `namespace/name`, not shortened. */
      readonly subject: string;
      readonly chart: ChartInUse;
      readonly durationMs: number;
      readonly inventory: readonly InventoryEntry[] | undefined;
      /** Whether success ends the counting of failures. */
      readonly forgivesFailures: boolean;
    } & ActionEnd)
  | ({ readonly kind: "tested" } & ActionEnd)
  | ({
      readonly kind: "rolledBack";
      readonly to: HelmReleaseSnapshot;
      readonly inventory: readonly InventoryEntry[] | undefined;
    } & ActionEnd)
  /** The release was uninstalled to undo its failure. */
  | ({ readonly kind: "undone" } & ActionEnd)
  /** The release was uninstalled for good; `found` says whether there was anything. */
  | ({ readonly kind: "uninstalled"; readonly found: "release" | "nothing" | "uninstalled" } & ActionEnd)
  | {
      readonly kind: "unlocked";
      readonly release: Release;
      /** The state in which it was left. */
      readonly from: string;
      readonly problem?: string | undefined;
    }
  | { readonly kind: "drifted"; readonly message: string }
  | { readonly kind: "undrifted" }
  | { readonly kind: "correcting" }
  /** The state of the release is the wanted one. */
  | { readonly kind: "inSync" }
  /** All that is to be done is done. */
  | { readonly kind: "finished" }
  /** The run ends for now, without more to be done until something changes. */
  | { readonly kind: "stopped" }
  /** The run is tried again at once, or after a time in Go's writing. */
  | { readonly kind: "retrying"; readonly after: string | undefined }
  | { readonly kind: "exhausted" }
  | { readonly kind: "unrecoverable"; readonly message: string };

/** Whether Flux writes the status at this point, so that a watch may see it. */
export function isShown({ kind }: Happening): boolean {
  switch (kind) {
    case "fulfilling":
    case "acting":
    case "released":
    case "tested":
    case "unlocked":
    case "correcting":
      return true;
    default:
      return false;
  }
}
