import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createApiServer,
  createMemoryStorage,
  exportObjects,
  ImportBudgetError,
  importObjects,
  InvalidExportError,
  type Storage,
  StorageNotEmptyError,
} from "../src/index.ts";

const APPLY = "application/apply-patch+yaml";

const widgets = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    names: { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" },
    scope: "Namespaced",
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      },
    ],
  },
};

const web = {
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "web", image: "nginx:1.27" }] },
};

/** Path and body of objects of many kinds, some written by an applier. */
const OBJECTS: ReadonlyArray<{ readonly path: string; readonly body: Record<string, unknown> }> = [
  { path: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", body: widgets },
  { path: "/api/v1/namespaces", body: { metadata: { name: "team", labels: { a10: "x", a2: "y", B: "z" } } } },
  {
    path: "/api/v1/namespaces/team/configmaps",
    body: {
      metadata: { name: "texts", finalizers: ["example.com/wait"] },
      data: {
        empty: "",
        yes: "yes",
        number: "0123",
        date: "2026-01-01",
        lines: "first\n  second\n---\nlast\n\n\n",
        tabs: "\ta\n",
        long: "word ".repeat(60),
        control: "bell \u0007, delete \u007f, next \u0085, line \u2028",
        emoji: "🚀",
      },
      binaryData: { bytes: "AAECAw==" },
    },
  },
  {
    path: "/api/v1/namespaces/team/secrets",
    body: { metadata: { name: "token" }, stringData: { key: "x" } },
  },
  { path: "/api/v1/namespaces/team/serviceaccounts", body: { metadata: { name: "runner" } } },
  {
    path: "/api/v1/namespaces/team/services",
    body: {
      metadata: { name: "web" },
      spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: "http" }] },
    },
  },
  {
    path: "/apis/apps/v1/namespaces/team/deployments",
    body: {
      metadata: { name: "web" },
      spec: { replicas: 3, selector: { matchLabels: { app: "web" } }, template: web },
    },
  },
  { path: "/api/v1/namespaces/team/pods", body: { ...web, metadata: { name: "web-1" } } },
  {
    path: "/apis/autoscaling/v2/namespaces/team/horizontalpodautoscalers",
    body: {
      metadata: { name: "web" },
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
        maxReplicas: 5,
        metrics: [
          {
            type: "Resource",
            resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } },
          },
        ],
      },
    },
  },
  {
    path: "/apis/events.k8s.io/v1/namespaces/team/events",
    body: {
      metadata: { name: "web.1" },
      eventTime: "2026-01-01T00:00:00.000000Z",
      action: "Start",
      reason: "Started",
      type: "Normal",
      reportingController: "example.com/web",
      reportingInstance: "web-1",
      regarding: { kind: "Pod", namespace: "team", name: "web-1" },
    },
  },
  {
    path: "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    body: {
      metadata: { name: "system:reader:x" },
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }],
    },
  },
  {
    path: "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
    body: {
      metadata: { name: "names" },
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: ["x"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["xs"] },
          ],
        },
        validations: [{ expression: "object.metadata.name != 'x'" }],
      },
    },
  },
];

async function fillCluster(storage: Storage): Promise<void> {
  await using server = await createApiServer({ storage });
  const send = async (
    method: string,
    path: string,
    body: unknown,
    type = "application/json",
  ): Promise<void> => {
    const request = new Request(`http://server${path}`, {
      method,
      headers: { "content-type": type },
      body: JSON.stringify(body),
    });
    const answer = await server.fetch(request);
    expect(answer.status, `${path}: ${await answer.clone().text()}`).toBeLessThan(300);
  };
  for (const { path, body } of OBJECTS) await send("POST", path, body);
  const widget = { apiVersion: "example.com/v1", kind: "Widget" };
  const path = "/apis/example.com/v1/namespaces/team/widgets/first";
  const spec = { size: 1, ratio: 0.1, big: 2 ** 53, list: [], none: null, "a.b/c": { "": true } };
  await send(
    "PATCH",
    `${path}?fieldManager=tester`,
    { ...widget, metadata: { name: "first", ownerReferences: [] }, spec },
    APPLY,
  );
  await send("PATCH", `${path}/status`, { status: { phase: "Ready" } }, "application/merge-patch+json");
  await send("DELETE", "/api/v1/namespaces/team/configmaps/texts", {});
}

async function rows(storage: Storage): Promise<readonly (readonly [string, string])[]> {
  const { entries } = await storage.range("");
  return entries.map(({ key, value }) => [key, Buffer.from(value).toString("utf8")] as const);
}

async function exported(storage: Storage): Promise<readonly string[]> {
  return Array.fromAsync(exportObjects(storage));
}

/** Text in pieces that end wherever it happens. */
function* pieces(text: string, length: number): Generator<string> {
  for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length);
}

describe("an export", () => {
  test("imported into an empty storage makes the same objects, byte for byte", async () => {
    await using storage = createMemoryStorage();
    await fillCluster(storage);
    const documents = await exported(storage);
    await using restored = createMemoryStorage();
    const report = await importObjects(restored, pieces(documents.join(""), 1000));
    expect(report.objects).toBe(documents.length);
    expect(await rows(restored)).toEqual(await rows(storage));
    expect(await exported(restored)).toEqual(documents);
    await using server = await createApiServer({ storage: restored });
    const answer = await server.fetch(
      new Request("http://server/apis/example.com/v1/namespaces/team/widgets/first"),
    );
    expect(await answer.json()).toMatchObject({ status: { phase: "Ready" } });
  });

  test("begins with CRDs and namespaces, and ends with custom resources and admission", async () => {
    await using storage = createMemoryStorage();
    await fillCluster(storage);
    const kinds = (await exported(storage)).map((document) => /^kind: (.*)$/m.exec(document)?.[1]);
    expect(kinds[0]).toBe("CustomResourceDefinition");
    expect(kinds[1]).toBe("Namespace");
    expect(kinds.slice(-2)).toEqual(["Widget", "ValidatingAdmissionPolicy"]);
  });

  test("keeps any text and any number", async () => {
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4, depthSize: "small" },
        fc.string({ unit: "binary" }),
        fc.string({ unit: fc.constantFrom("\n", " ", "-", ":", "#", "a", "\t", "'", '"', "|", "\r") }),
        fc
          .double({ noNaN: true, noDefaultInfinity: true })
          .map((value) => (Object.is(value, -0) ? 0 : value)),
        fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
        fc.maxSafeInteger(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(fc.string({ unit: "binary" }), tie("value"), { maxKeys: 4 }),
      ),
    })).value;
    await fc.assert(
      fc.asyncProperty(json, async (value) => {
        await using storage = createMemoryStorage();
        await storage.commit({ key: CRD_KEY, value: Buffer.from(JSON.stringify(withoutKind)), expected: 0 });
        const text = JSON.stringify({ ...CUSTOM, spec: value }, (_, each: unknown) =>
          typeof each === "bigint" ? rawJson(String(each)) : each,
        );
        await storage.commit({ key: CUSTOM_KEY, value: Buffer.from(text), expected: 0 });
        await using restored = createMemoryStorage();
        await importObjects(restored, await exported(storage));
        expect((await rows(restored)).slice(1)).toEqual((await rows(storage)).slice(1));
      }),
      { seed: 8, numRuns: 300 },
    );
  });
});

const rawJson = (JSON as unknown as { readonly rawJSON: (text: string) => unknown }).rawJSON;
const IDENTITY = { uid: "3b2c", creationTimestamp: "2026-01-01T00:00:00Z" };
const withoutKind = { metadata: { name: "widgets.example.com", ...IDENTITY }, spec: widgets.spec };
const CRD_KEY = "/apiextensions.k8s.io/customresourcedefinitions/widgets.example.com";
const CUSTOM_KEY = "/example.com/widgets/team/first";
const CUSTOM = { metadata: { name: "first", namespace: "team", ...IDENTITY }, apiVersion: "example.com/v1" };

describe("an import", () => {
  const good = `apiVersion: v1
kind: ConfigMap
metadata:
  name: good
  namespace: default
  uid: 1a
  creationTimestamp: "2026-01-01T00:00:00Z"
`;
  const cases: ReadonlyArray<{ readonly name: string; readonly text: string; readonly want: string }> = [
    { name: "broken YAML", text: "a: [", want: "cannot import document 2 (line 11): is no valid YAML" },
    { name: "a list", text: "- a", want: "cannot import document 2 (line 10): must be an object" },
    {
      name: "no apiVersion",
      text: "kind: ConfigMap",
      want: "cannot import document 2 (line 10): apiVersion must be a text",
    },
    {
      name: "an unknown kind",
      text: "apiVersion: example.com/v1\nkind: Widget",
      want: "cannot import document 2 (line 11): kind Widget of example.com/v1 is neither built in nor of a CRD in the export",
    },
    {
      name: "no uid",
      text: good.replace("  uid: 1a\n", ""),
      want: "cannot import document 2 (line 12): metadata.uid must be a text",
    },
    {
      name: "a name that is a path",
      text: good.replace("name: good", "name: ../../x"),
      want: "cannot import document 2 (line 13): metadata.name may not contain '/'",
    },
    {
      name: "no namespace",
      text: good.replace("  namespace: default\n", ""),
      want: "cannot import document 2 (line 12): metadata.namespace must be a text",
    },
    {
      name: "a namespace too many",
      text: good.replace("ConfigMap", "Namespace"),
      want: "cannot import document 2 (line 14): metadata.namespace must be absent: Namespace belongs to no namespace",
    },
    {
      name: "no time",
      text: good.replace("2026-01-01T00:00:00Z", "yesterday"),
      want: "cannot import document 2 (line 16): metadata.creationTimestamp must be a time as 2006-01-02T15:04:05Z",
    },
    {
      name: "an unknown field",
      text: `${good.replace("name: good", "name: other")}datum: {}`,
      want: "cannot import document 2 (line 17): datum is no field of ConfigMap",
    },
    {
      name: "a field of another type",
      text: `${good.replace("name: good", "name: other")}data: [1]`,
      want: "cannot import document 2 (line 10): is no ConfigMap",
    },
    {
      name: "a field twice",
      text: `${good}kind: ConfigMap`,
      want: "cannot import document 2 (line 17): is no valid YAML",
    },
    {
      name: "an object twice",
      text: good,
      want: "cannot import document 2 (line 10): ConfigMap default/good is in document 1, too",
    },
  ];

  test.each(cases)("refuses $name, says where, and writes nothing", async ({ text, want }) => {
    await using storage = createMemoryStorage();
    const failed = await importObjects(storage, [`---\n${good}---\n${text}\n`]).catch(
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(InvalidExportError);
    expect((failed as Error).message).toBe(want);
    expect(await storage.revision()).toBe(1);
  });

  test("refuses a storage that holds something", async () => {
    await using storage = createMemoryStorage();
    await importObjects(storage, [good]);
    await expect(importObjects(storage, [good])).rejects.toThrow(StorageNotEmptyError);
  });

  test.each([
    { budget: "bytes", options: { maxBytes: 100 } },
    { budget: "document-bytes", options: { maxDocumentBytes: 100 } },
    { budget: "documents", options: { maxDocuments: 1 } },
  ] as const)("ends at its budget of $budget", async ({ budget, options }) => {
    await using storage = createMemoryStorage();
    const text = [`---\n${good}`, `---\n${good.replace("name: good", "name: other")}`];
    const failed = await importObjects(storage, text, options).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ImportBudgetError);
    expect((failed as ImportBudgetError).budget).toBe(budget);
    expect(await storage.revision()).toBe(1);
  });

  test("takes nothing for an empty export", async () => {
    await using storage = createMemoryStorage();
    expect(await importObjects(storage, ["# nothing\n---\n"])).toEqual({ objects: 0, revision: 1 });
  });
});
