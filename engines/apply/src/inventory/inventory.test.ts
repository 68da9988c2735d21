import { describe, expect, test } from "vitest";
import { inventoryEntryOf, parseInventoryEntry, placeholderOf, staleEntries } from "./inventory.ts";

describe("an inventory entry", () => {
  const cases = [
    {
      name: "a core object",
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a", namespace: "ns" },
      id: "ns_a__ConfigMap",
    },
    {
      name: "an object of a group",
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", namespace: "ns" },
      id: "ns_web_apps_Deployment",
    },
    {
      name: "an object of the cluster",
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "ns" },
      id: "_ns__Namespace",
    },
    {
      name: "an RBAC name with colons",
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "system:a:b" },
      id: "_system__a__b_rbac.authorization.k8s.io_ClusterRole",
    },
  ];
  test.each(cases)("names $name and is read back", ({ apiVersion, kind, metadata, id }) => {
    const entry = inventoryEntryOf({ apiVersion, kind, metadata });
    expect(entry).toEqual({ id, v: "v1" });
    const reference = parseInventoryEntry(entry);
    expect(reference && placeholderOf(reference)).toEqual({ apiVersion, kind, metadata });
  });

  test("that is damaged names nothing", () => {
    expect(parseInventoryEntry({ id: "no-form", v: "v1" })).toBeUndefined();
    expect(parseInventoryEntry({ id: "a_b", v: "v1" })).toBeUndefined();
  });
});

describe("staleEntries", () => {
  test("are those that only the older inventory names, whatever their version", () => {
    const older = [
      { id: "ns_a__ConfigMap", v: "v1" },
      { id: "ns_b_apps_Deployment", v: "v1beta1" },
    ];
    expect(staleEntries(older, [{ id: "ns_b_apps_Deployment", v: "v1" }])).toEqual([older[0]]);
  });
});
