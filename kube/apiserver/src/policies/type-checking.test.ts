import { describe, expect, test } from "vitest";
import { Registry } from "../resources/registry.ts";
import { policyWarnings } from "./type-checking.ts";

const rule = { apiGroups: ["apps"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["deployments"] };

function warningsOf(spec: object, resourceRules: readonly object[] = [rule]): readonly object[] {
  return policyWarnings({ matchConstraints: { resourceRules }, ...spec } as never, new Registry());
}

describe("policyWarnings", () => {
  test("tells where an expression does not fit the objects", () => {
    const validations = [
      { expression: "object.spec.replicas > 1" },
      { expression: "object.spec.replicas > '1'" },
      { expression: "true", messageExpression: "object.spec.replicasx + object.metadata.name" },
    ];
    expect(warningsOf({ validations })).toEqual([
      {
        fieldRef: "spec.validations[1].expression",
        warning:
          "apps/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload for '_>_' applied to '(int, string)'\n | object.spec.replicas > '1'\n | .....................^\n",
      },
      {
        fieldRef: "spec.validations[2].messageExpression",
        warning:
          "apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'replicasx'\n | object.spec.replicasx + object.metadata.name\n | ...........^\n",
      },
    ]);
  });

  test("checks each kind that is named, in their order", () => {
    const resourceRules = [
      { ...rule, resources: ["statefulsets", "deployments", "pods", "deployments/scale"] },
    ];
    const [warning, ...more] = warningsOf(
      { validations: [{ expression: "object.nope" }] },
      resourceRules,
    ) as [{ readonly warning: string }];
    expect(more).toEqual([]);
    expect(warning.warning.match(/\S+, Kind=\w+/g)).toEqual([
      "apps/v1, Kind=Deployment",
      "apps/v1, Kind=StatefulSet",
    ]);
  });

  test("leaves out kinds that are not named outright", () => {
    const validations = [{ expression: "object.nope" }];
    expect(warningsOf({ validations }, [{ ...rule, apiGroups: ["*"] }])).toEqual([]);
    expect(
      warningsOf({ validations }, [{ ...rule, resources: ["*", "deployments/status", "nopes"] }]),
    ).toEqual([]);
  });

  test("knows the types of variables and parameters", () => {
    const spec = {
      paramKind: { apiVersion: "v1", kind: "ConfigMap" },
      variables: [
        { name: "count", expression: "object.spec.replicas" },
        { name: "spec", expression: "object.spec" },
      ],
      validations: [
        { expression: "variables.count == params.data.count" },
        { expression: "variables.spec.nope == 1" },
      ],
    };
    expect(warningsOf(spec)).toMatchObject([{ fieldRef: "spec.validations[0].expression" }]);
  });
});
