import { randomBytes } from "node:crypto";
import { isApiError, type Kind, KubeApiError, type KubeClient } from "@weir/client";
import { type JsonObject, silentLogger, systemClock } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { invalidField } from "@weir/schema";
import {
  createManager,
  createWebhooks,
  defineResource,
  deny,
  type Verdict,
  webhookManifests,
  webhookServer,
  type WebhookServer,
  type Webhooks,
} from "@weir/sdk";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { eventually } from "../../src/index.ts";
import { clusterCases, type TestCluster, useCluster } from "./clusters.ts";

const CRD: Kind<KubeObject & JsonObject, JsonObject> = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  scope: "Cluster",
};
const registration = (kind: string, plural: string): Kind<KubeObject & JsonObject, JsonObject> => ({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind,
  plural,
  scope: "Cluster",
});
const VALIDATING = registration("ValidatingWebhookConfiguration", "validatingwebhookconfigurations");
const MUTATING = registration("MutatingWebhookConfiguration", "mutatingwebhookconfigurations");
const CONFIG_MAP: Kind<KubeObject & { readonly data?: Record<string, string> }, JsonObject> = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  scope: "Namespaced",
};

/** A resource of two versions in a group of its own, so that tests do not meet. */
function anApp() {
  return defineResource({
    group: `w${randomBytes(4).toString("hex")}.example.dev`,
    version: "v1",
    kind: "MyApp",
    spec: z.object({ image: z.string(), replicas: z.int().default(1), note: z.string().optional() }),
    status: z.object({ seen: z.int() }).partial(),
    selectableFields: [".spec.image"],
  }).withVersion({
    version: "v1beta1",
    spec: z.object({ container: z.string(), size: z.int().optional() }),
    status: z.object({ seen: z.int() }).partial(),
    toHub: ({ spec, status }) => ({
      spec: { image: spec.container, ...(spec.size === undefined ? {} : { replicas: spec.size }) },
      ...(status === undefined ? {} : { status }),
    }),
    fromHub: ({ spec, status }) => ({
      spec: { container: spec.image, size: spec.replicas },
      ...(status === undefined ? {} : { status }),
    }),
  });
}

type App = ReturnType<typeof anApp>;

interface Running extends AsyncDisposable {
  readonly server: WebhookServer;
  readonly name: string;
}

/** Serves webhooks, and tells the cluster of them; only objects of one namespace are reviewed. */
async function running(cluster: TestCluster, webhooks: Webhooks, namespace: string): Promise<Running> {
  await using starting = new AsyncDisposableStack();
  const { client } = cluster;
  const name = `hooks-${randomBytes(4).toString("hex")}`;
  const server = webhookServer(webhooks, {
    host: "127.0.0.1",
    port: 0,
    certificate: { kind: "self-signed", names: { ips: ["127.0.0.1"] } },
  });
  starting.use(await server.start({ client, clock: systemClock, log: silentLogger }));
  const { validating, mutating, crds } = webhookManifests(webhooks, {
    name,
    address: { url: `https://127.0.0.1:${server.port}` },
    certificateAuthority: server.trust ?? "",
  });
  const only = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } };
  for (const [kind, made] of [
    [VALIDATING, validating],
    [MUTATING, mutating],
  ] as const) {
    if (made === undefined) continue;
    const hooks = made.webhooks.map((hook) => ({ ...hook, ...only }));
    await client.create(kind, { ...made, webhooks: hooks } as unknown as JsonObject);
    starting.defer(async () => void (await client.delete(kind, { name })));
  }
  for (const crd of crds) await established(client, crd as unknown as JsonObject);
  const rest = starting.move();
  return { server, name, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

async function established(client: KubeClient, crd: JsonObject): Promise<void> {
  const { name = "" } = (crd as unknown as KubeObject).metadata;
  await client.create(CRD, crd);
  await eventually(async () => {
    const found = await client.get(CRD, { name });
    expect(JSON.stringify(found?.["status"])).toContain('"type":"Established"');
    expect(JSON.stringify(found?.["status"])).toMatch(
      /"status":"True"[^}]*"type":"Established"|Established[^}]*"True"/,
    );
  });
}

const refusalOf = async (write: Promise<unknown>): Promise<KubeApiError> => {
  try {
    await write;
  } catch (error) {
    if (error instanceof KubeApiError) return error;
    throw error;
  }
  throw new RangeError("the write was not refused");
};

const aMap = (namespace: string, name: string, data: JsonObject = {}): JsonObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace },
  data,
});

/** What the webhook of the first test says of each mode. */
function verdictOf(mode: string | undefined, warn: (text: string) => void): Verdict {
  if (mode === "deny") return deny("not today");
  if (mode === "invalid") return [invalidField("data.mode", "invalid", "must be something else")];
  if (mode === "throw") throw new RangeError("oops");
  if (mode === "warn") warn("careful");
  return undefined;
}

/** A real API server learns of a configuration a moment later. */
async function asked(client: KubeClient, namespace: string, isAsked: () => boolean): Promise<void> {
  await eventually(async () => {
    try {
      await client.create(CONFIG_MAP, aMap(namespace, `probe-${randomBytes(4).toString("hex")}`), {
        dryRun: true,
      } as never);
    } catch (error) {
      if (!isApiError(error)) throw error;
    }
    expect(isAsked()).toBe(true);
  });
}

describe.each(clusterCases())("webhooks on $name", (clusterCase) => {
  const cluster = useCluster(clusterCase);

  test("validate, with refusals and warnings as the API server words them", async () => {
    const { client, warnings } = cluster();
    const namespace = await cluster().namespace();
    const seen: string[] = [];
    const webhooks = createWebhooks().validate(
      CONFIG_MAP,
      ({ operation, object, old, warn, userInfo, dryRun, name }) => {
        seen.push(
          `${operation} ${name} ${old?.data?.["mode"] ?? "-"} ${object?.data?.["mode"] ?? "-"} ${dryRun}`,
        );
        expect(userInfo.groups).toContain("system:masters");
        if (operation === "DELETE") return old.data?.["mode"] === "keep" ? deny("kept") : undefined;
        return verdictOf(object?.data?.["mode"], warn);
      },
      { operations: ["CREATE", "UPDATE", "DELETE"] },
    );
    await using hooks = await running(cluster(), webhooks, namespace);
    await asked(client, namespace, () => seen.length > 0);
    const hook = 'admission webhook "validate.configmap.v1.core" denied the request';
    const create = (name: string, mode: string) => client.create(CONFIG_MAP, aMap(namespace, name, { mode }));
    const denied = await refusalOf(create("a", "deny"));
    expect(denied).toMatchObject({ code: 403, reason: "Forbidden" });
    expect(denied.message).toContain(`${hook}: not today`);
    const invalid = await refusalOf(create("a", "invalid"));
    expect(invalid).toMatchObject({ code: 422, reason: "Invalid" });
    expect(invalid.message).toContain(
      `${hook}: ConfigMap "a" is invalid: data.mode: Invalid value: "invalid": must be something else`,
    );
    const thrown = await refusalOf(create("a", "throw"));
    expect(thrown.code).toBe(500);
    expect(thrown.message).toContain(`${hook}: panic: oops [recovered]`);
    await create("b", "warn");
    expect(warnings).toContain("careful");
    await create("c", "keep");
    const kept = await refusalOf(client.delete(CONFIG_MAP, { namespace, name: "c" }));
    expect(kept.message).toContain(`${hook}: kept`);
    await client.patch(
      CONFIG_MAP,
      { namespace, name: "c" },
      { type: "merge", patch: { data: { mode: "free" } } },
    );
    await client.delete(CONFIG_MAP, { namespace, name: "c" });
    expect(seen).toEqual(
      expect.arrayContaining(["CREATE b - warn false", "UPDATE c keep free false", "DELETE c free - false"]),
    );
    expect(seen.some((line) => line.endsWith("true"))).toBe(true);
    await hooks.server.startedCheck();
  });

  test("change objects, are asked again after a later change, and own no fields", async () => {
    const { client } = cluster();
    const namespace = await cluster().namespace();
    let calls = 0;
    const webhooks = createWebhooks()
      .mutate(
        CONFIG_MAP,
        (draft) => {
          calls += 1;
          draft.data = {
            ...draft.data,
            keys: Object.keys(draft.data ?? {})
              .filter((key) => key !== "keys")
              .sort()
              .join(" "),
          };
        },
        { name: "a.keys.example.dev", path: "/keys", reinvocationPolicy: "IfNeeded" },
      )
      .mutate(
        CONFIG_MAP,
        (draft) => {
          draft.data = { ...draft.data, added: "yes" };
        },
        { name: "b.added.example.dev", path: "/added" },
      );
    await using _hooks = await running(cluster(), webhooks, namespace);
    await asked(client, namespace, () => calls > 0);
    calls = 0;
    const made = await client.create(CONFIG_MAP, aMap(namespace, "a", { x: "1" }), {
      fieldManager: "me",
    } as never);
    expect(made.data).toEqual({ x: "1", added: "yes", keys: "added x" });
    expect(calls).toBe(2);
    const fields = made.metadata.managedFields?.map(({ manager, fieldsV1 }) => [manager, fieldsV1]);
    expect(fields).toEqual([["me", { "f:data": { ".": {}, "f:x": {} } }]]);
  });

  test("fail closed or open where nobody answers", async () => {
    const { client } = cluster();
    const namespace = await cluster().namespace();
    const config = (failurePolicy: string) => {
      const [hook] =
        webhookManifests(
          createWebhooks().validate(CONFIG_MAP, () => {}, { timeoutSeconds: 1 }),
          { name: "x", address: { url: "https://127.0.0.1:1" } },
        ).validating?.webhooks ?? [];
      const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": namespace } };
      return { ...hook, failurePolicy, namespaceSelector };
    };
    const name = `dead-${namespace}`;
    const made = {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      metadata: { name },
      webhooks: [config("Fail")],
    };
    await client.create(VALIDATING, made as unknown as JsonObject);
    await eventually(async () => {
      const failed = await refusalOf(client.create(CONFIG_MAP, aMap(namespace, "a")));
      expect(failed).toMatchObject({ code: 500, reason: "InternalError" });
      expect(failed.message).toContain(
        'Internal error occurred: failed calling webhook "validate.configmap.v1.core": failed to call webhook: Post "https://127.0.0.1:1/validate--v1-configmap?timeout=1s": dial tcp 127.0.0.1:1: connect: connection refused',
      );
      await client.delete(CONFIG_MAP, { namespace, name: "a" });
    }).catch(async (error: unknown) => {
      await client.delete(VALIDATING, { name });
      throw error;
    });
    const open = [{ op: "replace", path: "/webhooks/0/failurePolicy", value: "Ignore" }];
    await client.patch(VALIDATING, { name }, { type: "json", operations: open });
    await eventually(() => client.create(CONFIG_MAP, aMap(namespace, "b")));
    await client.delete(VALIDATING, { name });
  });

  test("convert between the versions of a resource", async () => {
    const { client } = cluster();
    const namespace = await cluster().namespace();
    const Apps: App = anApp();
    await using _hooks = await running(cluster(), createWebhooks().convert(Apps), namespace);
    const Beta = Apps.at("v1beta1");
    const made = await eventually(() =>
      client.create(Apps, { metadata: { name: "a", namespace }, spec: { image: "nginx" } }),
    );
    expect(made.spec).toEqual({ image: "nginx", replicas: 1 });
    const older = await client.get(Beta, { namespace, name: "a" });
    expect(older).toMatchObject({
      apiVersion: `${Apps.group}/v1beta1`,
      spec: { container: "nginx", size: 1 },
    });
    expect(older?.metadata).toMatchObject({
      uid: made.metadata.uid,
      resourceVersion: made.metadata.resourceVersion,
    });
    await client.create(Beta, { metadata: { name: "b", namespace }, spec: { container: "httpd", size: 3 } });
    const { items } = await client.list(Apps, { namespace });
    expect(items.map(({ spec }) => spec)).toEqual([
      { image: "nginx", replicas: 1 },
      { image: "httpd", replicas: 3 },
    ]);
    const patch = { spec: { size: 5 } };
    const patched = await client.patch(Beta, { namespace, name: "a" }, { type: "merge", patch });
    expect(patched.spec).toEqual({ container: "nginx", size: 5 });
    expect((await client.get(Apps, { namespace, name: "a" }))?.spec.replicas).toBe(5);
    const events = client.watch(Beta, {
      namespace,
      sendInitialEvents: true,
      signal: AbortSignal.timeout(20_000),
    });
    const seen: unknown[] = [];
    for await (const event of events) {
      if (event.type === "BOOKMARK") break;
      if (event.type === "ADDED") seen.push(event.object.spec);
    }
    expect(seen).toEqual(
      expect.arrayContaining([
        { container: "nginx", size: 5 },
        { container: "httpd", size: 3 },
      ]),
    );
    await client.delete(Beta, { namespace, name: "a" });
    await client.delete(CRD, { name: `${Apps.plural}.${Apps.group}` });
  });

  test("see writes to another version in the version that they ask for", async () => {
    const { client } = cluster();
    const namespace = await cluster().namespace();
    const Apps: App = anApp();
    const seen: string[] = [];
    const webhooks = createWebhooks()
      .convert(Apps)
      .validate(
        Apps,
        ({ object, requestKind }) => void seen.push(`${requestKind.version} ${object?.spec.image}`),
      )
      .mutate(Apps, (draft) => {
        draft.spec.replicas = 7;
      });
    await using _hooks = await running(cluster(), webhooks, namespace);
    const Beta = Apps.at("v1beta1");
    await eventually(async () => {
      const name = `p${randomBytes(4).toString("hex")}`;
      const made = await client.create(Beta, { metadata: { name, namespace }, spec: { container: "nginx" } });
      expect(made.spec).toEqual({ container: "nginx", size: 7 });
    });
    expect(seen).toContain("v1beta1 nginx");
    await client.delete(CRD, { name: `${Apps.plural}.${Apps.group}` });
  });

  test("are trusted again when a configuration was applied anew", async () => {
    const { client } = cluster();
    const namespace = await cluster().namespace();
    const webhooks = createWebhooks().validate(CONFIG_MAP, () => deny("no"));
    const name = `trust-${namespace}`;
    const made = webhookManifests(webhooks, { name, address: { url: "https://127.0.0.1:1" } }).validating;
    const only = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } };
    await client.create(VALIDATING, {
      ...made,
      webhooks: made?.webhooks.map((hook) => ({ ...hook, ...only })),
    } as unknown as JsonObject);
    const server = webhookServer(webhooks, {
      host: "127.0.0.1",
      port: 0,
      certificate: {
        kind: "self-signed",
        names: { ips: ["127.0.0.1"] },
        secret: { namespace, name: "hooks" },
      },
      trusts: { validating: [name] },
    });
    await using manager = createManager({ client, servers: [server], controllers: [server.controller] });
    await manager.start();
    const bundle = async (): Promise<unknown> => {
      const found = await client.get(VALIDATING, { name });
      const [hook] = (found?.["webhooks"] ?? []) as readonly JsonObject[];
      return (hook?.["clientConfig"] as JsonObject | undefined)?.["caBundle"];
    };
    const trusted = Buffer.from(server.trust ?? "").toString("base64");
    expect(await bundle()).toBe(trusted);
    const operations = [{ op: "remove", path: "/webhooks/0/clientConfig/caBundle" }];
    await client.patch(VALIDATING, { name }, { type: "json", operations });
    await eventually(async () => expect(await bundle()).toBe(trusted));
    await client.delete(VALIDATING, { name });
  });
});
