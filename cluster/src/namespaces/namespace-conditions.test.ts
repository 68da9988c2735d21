import { describe, expect, test } from "vitest";
import { namespaceConditions } from "./namespace-conditions.ts";

describe("namespaceConditions", () => {
  test("says in Kubernetes' words that everything went", () => {
    const conditions = namespaceConditions({
      discoveryProblem: undefined,
      deletionProblem: undefined,
      remaining: new Map(),
      finalizers: new Map(),
    });
    expect(conditions.map(({ type, status, reason }) => [type, status, reason])).toEqual([
      ["NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered"],
      ["NamespaceDeletionGroupVersionParsingFailure", "False", "ParsedGroupVersions"],
      ["NamespaceDeletionContentFailure", "False", "ContentDeleted"],
      ["NamespaceContentRemaining", "False", "ContentRemoved"],
      ["NamespaceFinalizersRemaining", "False", "ContentHasNoFinalizers"],
    ]);
  });

  test("says what is left, and which finalizers hold it", () => {
    const conditions = namespaceConditions({
      discoveryProblem: undefined,
      deletionProblem: undefined,
      remaining: new Map([
        ["pods.", 2],
        ["configmaps.", 1],
      ]),
      finalizers: new Map([["example.com/x", 1]]),
    });
    expect(conditions.slice(3).map(({ status, reason, message }) => [status, reason, message])).toEqual([
      [
        "True",
        "SomeResourcesRemain",
        "Some resources are remaining: configmaps. has 1 resource instances, pods. has 2 resource instances",
      ],
      [
        "True",
        "SomeFinalizersRemain",
        "Some content in the namespace has finalizers remaining: example.com/x in 1 resource instances",
      ],
    ]);
  });
});
