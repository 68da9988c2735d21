import type { MetadataObject } from "@weir/client";
import type { OwnerReference } from "@weir/objects";
import { describe, expect, test } from "vitest";
import { type CollectionFacts, decideCollection, type OwnerState } from "./decide-collection.ts";
import { nodeOf, OwnerGraph, type OwnerNode } from "./owner-graph.ts";

function anObject(
  uid: string,
  given: {
    readonly owners?: readonly string[];
    readonly blocking?: boolean;
    readonly deleting?: boolean;
    readonly finalizers?: readonly string[];
  } = {},
): MetadataObject {
  const reference = (owner: string): OwnerReference => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    name: owner,
    uid: owner,
    blockOwnerDeletion: given.blocking ?? true,
  });
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      uid,
      name: uid,
      namespace: "default",
      resourceVersion: "1",
      ...(given.owners === undefined ? {} : { ownerReferences: given.owners.map(reference) }),
      ...(given.deleting === true ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}),
      ...(given.finalizers === undefined ? {} : { finalizers: given.finalizers }),
    },
  };
}

function aNode(...given: Parameters<typeof anObject>): OwnerNode {
  return nodeOf(anObject(...given)) as OwnerNode;
}

function facts(
  node: OwnerNode,
  states: readonly OwnerState[] = [],
  dependents: readonly OwnerNode[] = [],
): CollectionFacts {
  const owners = states.map((state, at) => ({ reference: node.owners[at] as OwnerReference, state }));
  return { node, owners, dependents };
}

describe("decideCollection", () => {
  const waiting = { deleting: true, finalizers: ["foregroundDeletion"] };
  const dependent = aNode("d", { owners: ["x"] });
  test.each([
    { name: "keeps what nobody owns", given: facts(aNode("x")), want: { kind: "keep" } },
    {
      name: "keeps what an owner holds",
      given: facts(aNode("x", { owners: ["o"] }), ["present"]),
      want: { kind: "keep" },
    },
    {
      name: "deletes what all owners left",
      given: facts(aNode("x", { owners: ["o", "p"] }), ["absent", "absent"]),
      want: { kind: "delete", propagationPolicy: "Background", unblock: [] },
    },
    {
      name: "only forgets owners that are gone where another one is left",
      given: facts(aNode("x", { owners: ["o", "p", "q"] }), ["absent", "present", "waiting"]),
      want: { kind: "release-owners", uids: ["o", "q"] },
    },
    {
      name: "hands a foreground deletion on to what has dependents itself",
      given: facts(aNode("x", { owners: ["o"] }), ["waiting"], [dependent]),
      want: { kind: "delete", propagationPolicy: "Foreground", unblock: [] },
    },
    {
      name: "deletes what has no dependents in the background, though its owner waits",
      given: facts(aNode("x", { owners: ["o"] }), ["waiting"]),
      want: { kind: "delete", propagationPolicy: "Background", unblock: [] },
    },
    {
      name: "breaks a circle of owners that wait for each other",
      given: facts(aNode("x", { owners: ["o"] }), ["waiting"], [aNode("d", { owners: ["x"], ...waiting })]),
      want: { kind: "delete", propagationPolicy: "Foreground", unblock: ["o"] },
    },
    {
      name: "keeps to the way that the object's own finalizer asks for",
      given: facts(aNode("x", { owners: ["o"], finalizers: ["orphan"] }), ["absent"]),
      want: { kind: "delete", propagationPolicy: "Orphan", unblock: [] },
    },
    {
      name: "waits for dependents that block",
      given: facts(aNode("x", waiting), [], [dependent]),
      want: { kind: "wait-for-dependents", blocking: [dependent] },
    },
    {
      name: "does not wait for dependents that do not block",
      given: facts(aNode("x", waiting), [], [aNode("d", { owners: ["x"], blocking: false })]),
      want: { kind: "remove-finalizer", finalizer: "foregroundDeletion" },
    },
    {
      name: "lets dependents go where they are to be orphaned",
      given: facts(aNode("x", { deleting: true, finalizers: ["orphan"] }), [], [dependent]),
      want: { kind: "orphan", dependents: [dependent] },
    },
    {
      name: "lets an owner go that has orphaned all",
      given: facts(aNode("x", { deleting: true, finalizers: ["orphan"] })),
      want: { kind: "remove-finalizer", finalizer: "orphan" },
    },
    {
      name: "leaves an object to the finalizers of others",
      given: facts(aNode("x", { owners: ["o"], deleting: true, finalizers: ["example.com/x"] }), ["absent"]),
      want: { kind: "keep" },
    },
  ])("$name", ({ given, want }) => {
    expect(decideCollection(given)).toEqual(want);
  });
});

describe("OwnerGraph", () => {
  test("names what is to be looked at because of a change", () => {
    const graph = new OwnerGraph();
    expect(graph.upsert(anObject("owner"))).toEqual([]);
    expect(graph.upsert(anObject("a", { owners: ["owner"] }))).toEqual([]);
    expect(graph.upsert(anObject("b", { owners: ["unknown"] }))).toEqual(["b"]);
    expect(graph.dependents("owner").map(({ uid }) => uid)).toEqual(["a"]);
    const foreground = { deleting: true, finalizers: ["foregroundDeletion"] };
    expect(graph.upsert(anObject("owner", foreground))).toEqual(["owner", "a"]);
    expect(graph.upsert(anObject("a", { owners: ["owner"], blocking: false }))).toEqual(["a", "owner"]);
    expect(graph.remove("a")).toEqual(["owner"]);
    expect(graph.remove("owner")).toEqual([]);
    expect(graph.size).toBe(1);
  });

  test("names the dependents of an owner that is gone, and the owner of a dependent that left", () => {
    const graph = new OwnerGraph();
    graph.upsert(anObject("owner"));
    graph.upsert(anObject("a", { owners: ["owner"] }));
    graph.upsert(anObject("b", { owners: ["owner"] }));
    expect(graph.upsert(anObject("b"))).toEqual(["owner"]);
    expect(graph.remove("owner")).toEqual(["a"]);
  });

  test("forgets a kind that is gone, and names what its objects owned", () => {
    const graph = new OwnerGraph();
    graph.upsert({ ...anObject("widget"), apiVersion: "example.com/v1", kind: "Widget" });
    graph.upsert({ ...anObject("other"), apiVersion: "example.org/v1", kind: "Widget" });
    graph.upsert(anObject("a", { owners: ["widget"] }));
    expect(graph.removeKind("example.com", "Widget")).toEqual(["a"]);
    expect(graph.removeKind("", "Widget")).toEqual([]);
    expect(graph.node("widget")).toBeUndefined();
    expect(graph.node("other")).toBeDefined();
  });
});
