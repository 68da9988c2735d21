import { describe, expect, test } from "vitest";
import { type AuditedRequest, parseAuditPolicy } from "./audit-policy.ts";

function policyOf(rules: string): string {
  return `apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n${rules}`;
}

function request(over: Partial<AuditedRequest> & { readonly at?: string } = {}): AuditedRequest {
  const [group = "", resource = "pods", subresource = "", namespace = "default", name = ""] = (
    over.at ?? ""
  ).split("/");
  const target = { group, version: "v1", resource, subresource, namespace, name };
  return { user: { name: "jane", groups: ["devs"] }, verb: "get", path: "/x", target, ...over };
}

describe("a policy", () => {
  const cases: readonly {
    readonly name: string;
    readonly rule: string;
    readonly asked: AuditedRequest;
    readonly want: boolean;
  }[] = [
    { name: "a rule without conditions", rule: "{level: Metadata}", asked: request(), want: true },
    { name: "a user", rule: "{level: Metadata, users: [jane]}", asked: request(), want: true },
    { name: "another user", rule: "{level: Metadata, users: [joe]}", asked: request(), want: false },
    {
      name: "nobody where a user is named",
      rule: "{level: Metadata, users: [joe]}",
      asked: request({ user: undefined }),
      want: false,
    },
    { name: "a group", rule: "{level: Metadata, userGroups: [ops, devs]}", asked: request(), want: true },
    { name: "another verb", rule: "{level: Metadata, verbs: [list]}", asked: request(), want: false },
    { name: "a namespace", rule: "{level: Metadata, namespaces: [default]}", asked: request(), want: true },
    {
      name: "objects of the cluster by the empty namespace",
      rule: '{level: Metadata, namespaces: [""]}',
      asked: request({ at: "/nodes///n" }),
      want: true,
    },
    {
      name: "a path where a namespace is named",
      rule: "{level: Metadata, namespaces: [default]}",
      asked: request({ target: undefined }),
      want: false,
    },
    {
      name: "a resource",
      rule: '{level: Metadata, resources: [{group: "", resources: [pods]}]}',
      asked: request({ at: "/pods//default" }),
      want: true,
    },
    {
      name: "a subresource where the resource is named",
      rule: "{level: Metadata, resources: [{resources: [pods]}]}",
      asked: request({ at: "/pods/log/default" }),
      want: false,
    },
    {
      name: "a subresource",
      rule: "{level: Metadata, resources: [{resources: [pods/log]}]}",
      asked: request({ at: "/pods/log/default" }),
      want: true,
    },
    {
      name: "all subresources of a resource",
      rule: "{level: Metadata, resources: [{resources: [pods/*]}]}",
      asked: request({ at: "/pods/log/default" }),
      want: true,
    },
    {
      name: "a subresource of all resources",
      rule: '{level: Metadata, resources: [{group: "*", resources: ["*/scale"]}]}',
      asked: request({ at: "apps/deployments/scale/default" }),
      want: true,
    },
    {
      name: "another group",
      rule: "{level: Metadata, resources: [{group: apps, resources: [pods]}]}",
      asked: request({ at: "/pods//default" }),
      want: false,
    },
    {
      name: "a whole group",
      rule: "{level: Metadata, resources: [{group: apps}]}",
      asked: request({ at: "apps/deployments//default" }),
      want: true,
    },
    {
      name: "a name",
      rule: "{level: Metadata, resources: [{resources: [pods], resourceNames: [a]}]}",
      asked: request({ at: "/pods//default/a" }),
      want: true,
    },
    {
      name: "another name",
      rule: "{level: Metadata, resources: [{resources: [pods], resourceNames: [a]}]}",
      asked: request({ at: "/pods//default/b" }),
      want: false,
    },
    {
      name: "a path",
      rule: "{level: Metadata, nonResourceURLs: [/version]}",
      asked: request({ target: undefined, path: "/version" }),
      want: true,
    },
    {
      name: "paths below one",
      rule: '{level: Metadata, nonResourceURLs: ["/healthz*"]}',
      asked: request({ target: undefined, path: "/healthz/ping" }),
      want: true,
    },
    {
      name: "a resource where paths are named",
      rule: '{level: Metadata, nonResourceURLs: ["*"]}',
      asked: request(),
      want: false,
    },
  ];
  test.each(cases)("judges $name: $want", ({ rule, asked, want }) => {
    expect(parseAuditPolicy(policyOf(`- ${rule}`))(asked).level).toBe(want ? "Metadata" : "None");
  });

  test("takes the first rule that matches, with the stages that it and the policy leave out", () => {
    const policy = parseAuditPolicy(
      `${policyOf("- {level: Request, verbs: [get], omitStages: [ResponseStarted], omitManagedFields: false}\n- {level: None}\n")}omitStages: [RequestReceived]\nomitManagedFields: true\n`,
    );
    expect(policy(request())).toEqual({
      level: "Request",
      omitStages: new Set(["RequestReceived", "ResponseStarted"]),
      omitManagedFields: false,
    });
    expect(policy(request({ verb: "list" }))).toMatchObject({ level: "None", omitManagedFields: true });
  });

  const refusals: readonly (readonly [name: string, text: string, message: string])[] = [
    [
      "another kind",
      "apiVersion: v1\nkind: Policy\n",
      "unknown group version field v1, Kind=Policy in policy",
    ],
    ["no rules", "apiVersion: audit.k8s.io/v1\nkind: Policy\n", "loaded illegal policy with 0 rules"],
    ["no YAML", "{", "failed decoding the audit policy"],
    ["a list", "[]", "the audit policy is not an object"],
    ["a rule without a level", policyOf("- {}"), "rules[0].level: Required value"],
    [
      "an unknown level",
      policyOf("- {level: All}"),
      'rules[0].level: Unsupported value: "All": supported values: "None", "Metadata", "Request", "RequestResponse"',
    ],
    [
      "an unknown stage",
      policyOf("- {level: None, omitStages: [Begin]}"),
      'rules[0].omitStages[0]: Invalid value: "Begin": allowed stages are RequestReceived,ResponseStarted,ResponseComplete,Panic',
    ],
    [
      "a path without a slash",
      policyOf("- {level: None, nonResourceURLs: [version]}"),
      "rules[0].nonResourceURLs[0]: Invalid value: \"version\": non-resource URL rules must begin with a '/' character",
    ],
    [
      "names without resources",
      policyOf("- {level: None, resources: [{resourceNames: [a]}]}"),
      'rules[0].resources.resourceNames: Invalid value: ["a"]: using resourceNames requires at least one resource',
    ],
  ];
  test.each(refusals)("is refused with %s", (_name, text, message) => {
    expect(() => parseAuditPolicy(text)).toThrow(message);
  });
});
