import { ClusterRole } from "@weir/builtin/rbac-v1";
import { describe, expect, test } from "vitest";
import { startCluster } from "../src/index.ts";
import { eventually } from "./eventually.ts";

const off = {
  namespaces: "off",
  garbage: false,
  accounts: false,
  rootCertificate: false,
  workloads: "off",
} as const;

function aRole(labels: Readonly<Record<string, string>>): ClusterRole {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: "widgets", labels },
    rules: [{ apiGroups: ["example.com"], resources: ["widgets"], verbs: ["get"] }],
  };
}

describe("aggregated ClusterRoles", () => {
  test("view, edit and admin get the rules of the roles that are marked for them", async () => {
    await using cluster = await startCluster({ loops: off });
    await eventually(async () => {
      const [view, edit, admin] = await Promise.all(
        ["view", "edit", "admin"].map((name) => cluster.client.get(ClusterRole, { name })),
      );
      const count = (role: ClusterRole | undefined): number => role?.rules?.length ?? 0;
      expect(count(view)).toBeGreaterThan(5);
      expect(count(edit)).toBeGreaterThan(count(view));
      expect(count(admin)).toBeGreaterThan(count(edit));
    });
  });

  test("a role that is marked later is joined, and is gone when it goes", async () => {
    await using cluster = await startCluster({ loops: off });
    const { client } = cluster;
    const seesWidgets = async (): Promise<boolean> => {
      const admin = await client.get(ClusterRole, { name: "admin" });
      return (admin?.rules ?? []).some(({ resources }) => resources?.includes("widgets"));
    };
    await client.create(ClusterRole, aRole({ "rbac.authorization.k8s.io/aggregate-to-view": "true" }));
    await eventually(async () => expect(await seesWidgets()).toBe(true));
    await client.delete(ClusterRole, { name: "widgets" });
    await eventually(async () => expect(await seesWidgets()).toBe(false));
  });
});
