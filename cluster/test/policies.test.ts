import { ValidatingAdmissionPolicy } from "@weir/builtin/admissionregistration-v1";
import { describe, expect, test } from "vitest";
import { startCluster } from "../src/index.ts";
import { eventually } from "./eventually.ts";

const off = {
  namespaces: "off",
  garbage: false,
  accounts: false,
  quotas: false,
  roles: false,
  rootCertificate: false,
  events: false,
  workloads: "off",
} as const;

function aPolicy(expression: string): ValidatingAdmissionPolicy {
  const rule = {
    apiGroups: ["apps"],
    apiVersions: ["v1"],
    operations: ["CREATE"],
    resources: ["deployments"],
  };
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: "p" },
    spec: { matchConstraints: { resourceRules: [rule] }, validations: [{ expression }] },
  };
}

describe("the status of a ValidatingAdmissionPolicy", () => {
  const cases: ReadonlyArray<readonly [expression: string, typeChecking: object]> = [
    ["object.spec.replicas > 1", {}],
    [
      "object.spec.replicas > '1'",
      {
        expressionWarnings: [
          {
            fieldRef: "spec.validations[0].expression",
            warning:
              "apps/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload for '_>_' applied to '(int, string)'\n | object.spec.replicas > '1'\n | .....................^\n",
          },
        ],
      },
    ],
  ];
  test.each(cases)("tells what the types of objects have against %s", async (expression, typeChecking) => {
    await using cluster = await startCluster({ loops: off });
    const { client } = cluster;
    await client.create(ValidatingAdmissionPolicy, aPolicy(expression));
    await eventually(async () => {
      const policy = await client.get(ValidatingAdmissionPolicy, { name: "p" });
      expect(policy?.status).toEqual({ observedGeneration: 1, typeChecking });
    });
  });
});
