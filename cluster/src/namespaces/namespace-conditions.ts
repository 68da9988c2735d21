import type { NamespaceCondition } from "@weir/builtin/core-v1";

/** What one round of deleting a namespace's content came to. */
export interface DeletionRound {
  /** Discovery failed; what it could not name may be left behind. */
  readonly discoveryProblem: string | undefined;
  readonly deletionProblem: string | undefined;
  /** `resource.group` (`group` empty for the core) and how many objects of it are left. */
  readonly remaining: ReadonlyMap<string, number>;
  /** Finalizers on what is left, and on how many objects. */
  readonly finalizers: ReadonlyMap<string, number>;
}

/** Says how the deletion of a namespace goes, in the words of Kubernetes' namespace controller. */
export function namespaceConditions(round: DeletionRound): readonly NamespaceCondition[] {
  return [
    condition("NamespaceDeletionDiscoveryFailure", round.discoveryProblem, {
      fails: "DiscoveryFailed",
      holds: ["ResourcesDiscovered", "All resources successfully discovered"],
    }),
    condition("NamespaceDeletionGroupVersionParsingFailure", undefined, {
      fails: "GroupVersionParsingFailed",
      holds: ["ParsedGroupVersions", "All legacy kube types successfully parsed"],
    }),
    condition("NamespaceDeletionContentFailure", round.deletionProblem, {
      fails: "ContentDeletionFailed",
      holds: ["ContentDeleted", "All content successfully deleted, may be waiting on finalization"],
    }),
    condition("NamespaceContentRemaining", remainingMessage(round.remaining), {
      fails: "SomeResourcesRemain",
      holds: ["ContentRemoved", "All content successfully removed"],
    }),
    condition("NamespaceFinalizersRemaining", finalizersMessage(round.finalizers), {
      fails: "SomeFinalizersRemain",
      holds: ["ContentHasNoFinalizers", "All content-preserving finalizers finished"],
    }),
  ];
}

function condition(
  type: string,
  problem: string | undefined,
  words: { readonly fails: string; readonly holds: readonly [reason: string, message: string] },
): NamespaceCondition {
  if (problem !== undefined) return { type, status: "True", reason: words.fails, message: problem };
  const [reason, message] = words.holds;
  return { type, status: "False", reason, message };
}

function remainingMessage(remaining: ReadonlyMap<string, number>): string | undefined {
  const parts = [...remaining]
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} has ${count} resource instances`);
  return parts.length === 0 ? undefined : `Some resources are remaining: ${parts.toSorted().join(", ")}`;
}

function finalizersMessage(finalizers: ReadonlyMap<string, number>): string | undefined {
  const parts = [...finalizers].map(([name, count]) => `${name} in ${count} resource instances`);
  if (parts.length === 0) return undefined;
  return `Some content in the namespace has finalizers remaining: ${parts.toSorted().join(", ")}`;
}
