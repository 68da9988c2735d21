import { compareUtf8 } from "@weir/core";

import { trimSpace } from "./go-space.ts";
import type { ManifestHead } from "./manifest-head.ts";

/** When a hook runs. */
export type HookEvent =
  | "pre-install"
  | "post-install"
  | "pre-delete"
  | "post-delete"
  | "pre-upgrade"
  | "post-upgrade"
  | "pre-rollback"
  | "post-rollback"
  | "test";

/** An object that is created when something happens, and belongs to no release's manifest. */
export interface Hook {
  readonly name: string;
  readonly kind: string;
  /** The template that it comes from: `chart/templates/job.yaml`. */
  readonly path: string;
  readonly manifest: string;
  readonly events: readonly HookEvent[];
  /** Hooks of one event run from the lightest to the heaviest. */
  readonly weight: number;
  /** `before-hook-creation`, `hook-succeeded`, `hook-failed`, or whatever the chart says, in lower case. */
  readonly deletePolicies: readonly string[];
  /** `hook-succeeded`, `hook-failed`, or whatever the chart says, in lower case. */
  readonly outputLogPolicies: readonly string[];
}

/** The annotation that makes a hook of an object. */
export const HOOK_ANNOTATION = "helm.sh/hook";
const WEIGHT_ANNOTATION = "helm.sh/hook-weight";
const DELETE_ANNOTATION = "helm.sh/hook-delete-policy";
const LOG_ANNOTATION = "helm.sh/hook-output-log-policy";

const EVENTS: ReadonlyMap<string, HookEvent> = new Map<string, HookEvent>([
  ["pre-install", "pre-install"],
  ["post-install", "post-install"],
  ["pre-delete", "pre-delete"],
  ["post-delete", "post-delete"],
  ["pre-upgrade", "pre-upgrade"],
  ["post-upgrade", "post-upgrade"],
  ["pre-rollback", "pre-rollback"],
  ["post-rollback", "post-rollback"],
  ["test", "test"],
  // What Helm 2 called it.
  ["test-success", "test"],
]);

/** What an object with annotations is: no hook, a hook, or one that names an event that there is not, which is dropped. */
export function readHook(head: ManifestHead, manifest: string, path: string): Hook | "none" | "unknown" {
  const { annotations, kind, name } = head;
  const types = annotations.get(HOOK_ANNOTATION);
  if (types === undefined) return "none";
  const events = listOf(types).map((type) => EVENTS.get(type));
  if (!events.every((event) => event !== undefined)) return "unknown";
  return {
    name,
    kind,
    path,
    manifest,
    events,
    weight: parseWeight(annotations.get(WEIGHT_ANNOTATION)),
    deletePolicies: policiesOf(annotations.get(DELETE_ANNOTATION)),
    outputLogPolicies: policiesOf(annotations.get(LOG_ANNOTATION)),
  };
}

/** The hooks of an event in the order in which they run: by weight, then by name; their order by kind decides last. */
export function hooksOf(event: HookEvent, hooks: readonly Hook[]): readonly Hook[] {
  return hooks
    .filter(({ events }) => events.includes(event))
    .sort((left, right) => left.weight - right.weight || compareUtf8(left.name, right.name));
}

function policiesOf(text: string | undefined): readonly string[] {
  return text === undefined ? [] : listOf(text);
}

function listOf(text: string): readonly string[] {
  return text.split(",").map((part) => trimSpace(part).toLowerCase());
}

/** `strconv.Atoi`, and 0 for what it refuses. */
function parseWeight(text: string | undefined): number {
  if (text === undefined || !/^[+-]?\d+$/.test(text)) return 0;
  const weight = BigInt(text.replace(/^\+/, ""));
  return BigInt.asIntN(64, weight) === weight ? Number(weight) : 0;
}
