import { describe, expect, test } from "vitest";
import { compile } from "../compile.ts";
import { kubernetes } from "../environment.ts";
import type { CelValue } from "../value.ts";
import {
  type Authorize,
  AUTHORIZER,
  authorizerValue,
  RESOURCE_CHECK,
  resourceCheckValue,
} from "./authorizer.ts";

/** Allows to get, cannot decide about `break`, and gives the question back as its reason. */
const authorize: Authorize = (question) => {
  const { serviceAccount, verb, path = "", group, resource, subresource, namespace, name } = question;
  const who = serviceAccount === undefined ? "me" : `${serviceAccount.namespace}/${serviceAccount.name}`;
  return {
    isAllowed: verb === "get",
    reason: [who, verb, path, group, resource, subresource, namespace, name].join("|"),
    error: verb === "break" ? "it broke" : "",
  };
};
const scale = { group: "apps", resource: "deployments", subresource: "scale", namespace: "ns", name: "n" };
const environment = kubernetes([
  ["authorizer", AUTHORIZER],
  ["authorizer.requestResource", RESOURCE_CHECK],
]);
const values = new Map<string, CelValue>([
  ["authorizer", authorizerValue(authorize)],
  ["authorizer.requestResource", resourceCheckValue(authorize, scale)],
]);

function evaluate(expression: string): CelValue {
  return compile(expression, environment)
    .program()
    .evaluate((name) => values.get(name));
}

describe("authorizer", () => {
  const answers: ReadonlyArray<readonly [expression: string, want: CelValue]> = [
    ["authorizer.path('/healthz').check('get').allowed()", true],
    ["authorizer.path('/healthz').check('put').allowed()", false],
    ["authorizer.path('/x').check('get').reason()", "me|get|/x|||||"],
    [
      "authorizer.group('apps').resource('deployments').subresource('status').namespace('a').name('b').check('list').reason()",
      "me|list||apps|deployments|status|a|b",
    ],
    ["authorizer.requestResource.check('get').reason()", "me|get||apps|deployments|scale|ns|n"],
    ["authorizer.serviceAccount('a', 'b').path('/x').check('get').reason()", "a/b|get|/x|||||"],
    ["authorizer.path('/x').check('break').errored()", true],
    ["authorizer.path('/x').check('break').error()", "it broke"],
    ["authorizer.path('/x') != authorizer.path('/x')", true],
    ["[1].all(authorizer, authorizer == 1)", true],
  ];
  test.each(answers)("answers %s", (expression, want) => {
    expect(evaluate(expression)).toEqual(want);
  });

  const refused: ReadonlyArray<readonly [expression: string, problem: string]> = [
    ["authorizer.path(' ')", "path must not be empty"],
    ["authorizer.group('').resource('')", "resource must not be empty"],
    ["authorizer.serviceAccount('default', 'sa!')", "Invalid service account name"],
    ["authorizer.serviceAccount('', 'sa')", "Invalid service account namespace"],
    ["authorizer == authorizer", "no such overload"],
    ["authorizer.foo", "unexpected failed resolution of 'kubernetes.authorization.Authorizer'"],
    [
      "authorizer.group('apps').check('get')",
      "found no matching overload for 'check' applied to 'kubernetes.authorization.GroupCheck.(string)'",
    ],
    [
      "has(authorizer.requestResource)",
      "unexpected failed resolution of 'kubernetes.authorization.Authorizer'",
    ],
  ];
  test.each(refused)("refuses %s", (expression, problem) => {
    expect(() => evaluate(expression)).toThrow(problem);
  });
});
