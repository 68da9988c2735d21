import { describe, expect, test } from "vitest";
import { type ApiServer, createApiServer, createMemoryStorage } from "../src/index.ts";

interface Answer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look at whatever the server sent
  readonly body: any;
}

interface Sent {
  readonly body?: unknown;
  readonly type?: string;
  readonly accept?: string;
}

type Send = (method: string, path: string, sent?: Sent) => Promise<Answer>;

/** Runs a test against a server of its own. */
async function withServer(run: (send: Send) => Promise<void>): Promise<void> {
  await using storage = createMemoryStorage();
  await using server = await createApiServer({ storage });
  await run((method, path, sent = {}) => send(server, method, path, sent));
}

// oxlint-disable-next-line max-params -- a request
async function send(server: ApiServer, method: string, path: string, sent: Sent): Promise<Answer> {
  const headers = new Headers({ "content-type": sent.type ?? "application/json" });
  if (sent.accept !== undefined) headers.set("accept", sent.accept);
  const body = sent.body === undefined ? {} : { body: JSON.stringify(sent.body) };
  const response = await server.fetch(new Request(`http://server${path}`, { method, headers, ...body }));
  return { status: response.status, body: (await response.json()) as unknown };
}

const maps = "/api/v1/namespaces/default/configmaps";
const deployments = "/apis/apps/v1/namespaces/default/deployments";
const jsonPatch = "application/json-patch+json";
const apply = "application/apply-patch+yaml";
const table = "application/json;as=Table;v=v1;g=meta.k8s.io";

const deployment = {
  metadata: { name: "a" },
  spec: {
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: { containers: [{ name: "a", image: "nginx" }] },
    },
  },
};

/** A kind of two versions with a status. */
const widgets = {
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "widgets", kind: "Widget" },
    versions: ["v1", "v2"].map((name) => ({
      name,
      served: true,
      storage: name === "v1",
      subresources: {
        status: {},
        scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" },
      },
      schema: {
        openAPIV3Schema: {
          type: "object",
          properties: {
            spec: { type: "object", properties: { replicas: { type: "integer" } } },
            status: { type: "object", properties: { b: { type: "string" }, replicas: { type: "integer" } } },
          },
        },
      },
    })),
  },
};
const widgetPath = "/apis/example.com/v1/namespaces/default/widgets";

async function defineWidgets(request: Send): Promise<void> {
  const made = await request("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
    body: widgets,
  });
  expect(made.status).toBe(201);
}

describe("an uid that is no object's", () => {
  test.each([
    ["/api/v1/namespaces/default/services", "/registry/services/specs/default/a"],
    ["/api/v1/namespaces/default/endpoints", "/registry/services/endpoints/default/a"],
    [maps, "/registry/configmaps/default/a"],
  ])("of %s is refused with the key %s", (path, key) =>
    withServer(async (request) => {
      const named = path.endsWith("services") ? { spec: { ports: [{ port: 80 }] } } : {};
      await request("POST", path, { body: { metadata: { name: "a" }, ...named } });
      const put = await request("PUT", `${path}/a`, {
        body: { metadata: { name: "a", uid: "x" }, ...named },
      });
      expect(put.status).toBe(409);
      expect(put.body.message).toContain(`Code: 4, Key: ${key}, ResourceVersion: 0`);
    }),
  );
});

describe("a new object with a resourceVersion", () => {
  test.each([
    { version: "1", status: 500, message: "resourceVersion should not be set on objects to be created" },
    { version: "0", status: 201, message: undefined },
    { version: "x", status: 201, message: undefined },
  ])("$version is answered with $status", ({ version, status, message }) =>
    withServer(async (request) => {
      const made = await request("POST", maps, {
        body: { metadata: { name: "a", resourceVersion: version } },
      });
      expect(made.status).toBe(status);
      expect(made.body.message).toBe(message);
      if (status === 201) expect(made.body.metadata.resourceVersion).toMatch(/^[1-9]\d*$/);
    }),
  );

  test("is told first of what else is wrong with it", () =>
    withServer(async (request) => {
      const made = await request("POST", maps, {
        body: { metadata: { name: "a", resourceVersion: "1" }, data: { "!": "" } },
      });
      expect(made.status).toBe(422);
    }));
});

describe("a Scale", () => {
  const columns = (answer: Answer): readonly unknown[] =>
    answer.body.columnDefinitions.map((column: { readonly name: string }) => column.name);

  test("of a built-in kind has columns of its own in a Table", () =>
    withServer(async (request) => {
      await request("POST", deployments, { body: deployment });
      const shown = await request("GET", `${deployments}/a/scale`, { accept: table });
      expect(columns(shown)).toEqual(["Name", "Desired", "Available", "Age"]);
      expect(shown.body.rows[0].cells.slice(0, 3)).toEqual(["a", 1, 0]);
    }));

  test("of a custom resource has the same", () =>
    withServer(async (request) => {
      await defineWidgets(request);
      await request("POST", widgetPath, {
        body: {
          apiVersion: "example.com/v1",
          kind: "Widget",
          metadata: { name: "a" },
          spec: { replicas: 3 },
        },
      });
      const shown = await request("GET", `${widgetPath}/a/scale`, { accept: table });
      expect(columns(shown)).toEqual(["Name", "Desired", "Available", "Age"]);
      expect(shown.body.rows[0].cells.slice(0, 3)).toEqual(["a", 3, 0]);
    }));

  test("that is applied leaves a manager without a time", () =>
    withServer(async (request) => {
      await request("POST", deployments, { body: deployment });
      const applied = await request("PATCH", `${deployments}/a/scale?fieldManager=m3&force=true`, {
        type: apply,
        body: { apiVersion: "autoscaling/v1", kind: "Scale", metadata: { name: "a" }, spec: { replicas: 0 } },
      });
      expect(applied.body.spec).toEqual({});
      const { body } = await request("GET", `${deployments}/a`);
      expect(body.spec.replicas).toBe(0);
      const entry = body.metadata.managedFields.find(
        ({ manager }: { readonly manager: string }) => manager === "m3",
      );
      expect(entry).toEqual({
        manager: "m3",
        operation: "Apply",
        apiVersion: "apps/v1",
        fieldsType: "FieldsV1",
        fieldsV1: { "f:spec": { "f:replicas": {} } },
        subresource: "scale",
      });
    }));
});

test("a PUT to another namespace is refused for it before its name is looked at", () =>
  withServer(async (request) => {
    const put = await request("PUT", `${maps}/b`, { body: { metadata: { name: "", namespace: "other" } } });
    expect(put.status).toBe(400);
    expect(put.body.message).toBe(
      "the namespace of the provided object does not match the namespace sent on the request",
    );
  }));

test("an apply meets managers of a status at another version, for only its own is reset", () =>
  withServer(async (request) => {
    await defineWidgets(request);
    const widget = (version: string, status: string): Sent => ({
      type: apply,
      body: {
        apiVersion: `example.com/${version}`,
        kind: "Widget",
        metadata: { name: "a" },
        status: { b: status },
      },
    });
    const v2 = widgetPath.replace("v1", "v2");
    await request("PATCH", `${widgetPath}/a?fieldManager=m0`, widget("v1", "x"));
    expect((await request("PATCH", `${v2}/a/status?fieldManager=m4`, widget("v2", "x"))).status).toBe(200);
    const refused = await request("PATCH", `${widgetPath}/a?fieldManager=m1`, widget("v1", "y"));
    expect(refused.status).toBe(409);
    expect(refused.body.message).toContain('conflict with "m4"');
    expect(refused.body.message).toContain('with subresource "status"');
    expect((await request("PATCH", `${v2}/a?fieldManager=m1`, widget("v2", "y"))).status).toBe(200);
  }));

test("an empty list of managers in a patch forgets all of them", () =>
  withServer(async (request) => {
    await request("POST", maps, { body: { metadata: { name: "a" }, data: { k: "1" } } });
    const patched = await request("PATCH", `${maps}/a`, {
      type: jsonPatch,
      body: [{ op: "add", path: "/metadata/managedFields", value: [] }],
    });
    expect(patched.body.metadata.managedFields).toBeUndefined();
  }));

test.each([
  { method: "POST", path: maps, type: "application/json", kept: undefined },
  { method: "PATCH", path: `${maps}/a?fieldManager=m`, type: apply, kept: "2020-01-01T00:00:00Z" },
])("$method of a new object that is being deleted leaves it $kept", ({ method, path, type, kept }) =>
  withServer(async (request) => {
    const made = await request(method, path, {
      type,
      body: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "a", deletionTimestamp: "2020-01-01T00:00:00Z" },
      },
    });
    expect(made.body.metadata?.deletionTimestamp).toBe(kept);
  }),
);

test("an applied owner without an uid is refused by validation", () =>
  withServer(async (request) => {
    const made = await request("PATCH", `${maps}/a?fieldManager=m`, {
      type: apply,
      body: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "a", ownerReferences: [{ kind: "X" }] },
      },
    });
    expect(made.status).toBe(422);
    expect(made.body.message).toContain('metadata.ownerReferences.uid: Invalid value: "": must not be empty');
  }));

test.each([undefined, "2021-01-01T00:00:00Z"])(
  "a PUT that says %s of the deletion does not change it",
  (said) =>
    withServer(async (request) => {
      const metadata = { name: "a", finalizers: ["example.com/f"] };
      const deletionTimestamp = "2020-01-01T00:00:00Z";
      await request("PATCH", `${maps}/a?fieldManager=m`, {
        type: apply,
        body: { apiVersion: "v1", kind: "ConfigMap", metadata: { ...metadata, deletionTimestamp } },
      });
      const put = await request("PUT", `${maps}/a`, {
        body: { metadata: said === undefined ? metadata : { ...metadata, deletionTimestamp: said } },
      });
      expect(put.status).toBe(200);
      expect(put.body.metadata.deletionTimestamp).toBe(deletionTimestamp);
      const [applier] = put.body.metadata.managedFields;
      expect(applier.fieldsV1["f:metadata"]).not.toHaveProperty("f:deletionTimestamp");
    }),
);

test("the first write after a Scale writes managers of numbered items anew", () =>
  withServer(async (request) => {
    const ports = [{ containerPort: 443 }, { containerPort: 80 }];
    const { template, selector } = deployment.spec;
    const spec = {
      selector,
      template: { ...template, spec: { containers: [{ name: "a", image: "x", ports }] } },
    };
    await request("POST", deployments, { body: { ...deployment, spec } });
    const merge = "application/merge-patch+json";
    await request("PATCH", `${deployments}/a/scale`, { type: merge, body: { spec: { replicas: 2 } } });
    const version = async (): Promise<unknown> =>
      (await request("PATCH", `${deployments}/a`, { type: merge, body: {} })).body.metadata.resourceVersion;
    const scaled = (await request("GET", `${deployments}/a`)).body.metadata.resourceVersion;
    const written = await version();
    expect(written).not.toBe(scaled);
    expect(await version()).toBe(written);
  }));
