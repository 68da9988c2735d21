import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { type Kind, KubeApiError } from "@weir/client";
import type { JsonObject } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { createAuthority } from "@weir/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../../src/index.ts";
import { clusterCases, useCluster } from "./clusters.ts";

const registration = (kind: string, plural: string): Kind<KubeObject & JsonObject, JsonObject> => ({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind,
  plural,
  scope: "Cluster",
});
const VALIDATING = registration("ValidatingWebhookConfiguration", "validatingwebhookconfigurations");
const MUTATING = registration("MutatingWebhookConfiguration", "mutatingwebhookconfigurations");
const CONFIG_MAP: Kind<KubeObject, JsonObject> = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  scope: "Namespaced",
};

interface Case {
  readonly name: string;
  readonly mode: "validating" | "mutating";
  /** The response of the review, or the whole answer. */
  readonly answer:
    | { readonly response: JsonObject; readonly review?: JsonObject }
    | { readonly status: number; readonly body: string }
    | "nothing";
  readonly want: { readonly code: number; readonly message: RegExp | string };
}

const failed = (problem: string): string =>
  `Internal error occurred: failed calling webhook "hook.example.dev": ${problem}`;
const denied = 'admission webhook "hook.example.dev" denied the request';
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64");

const cases: readonly Case[] = [
  {
    name: "another uid",
    mode: "validating",
    answer: { response: { uid: "other", allowed: true } },
    want: {
      code: 500,
      message: /received invalid webhook response: expected response.uid="[0-9a-f-]{36}", got "other"$/,
    },
  },
  {
    name: "no response",
    mode: "validating",
    answer: { status: 200, body: '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}' },
    want: { code: 500, message: failed("received invalid webhook response: webhook response was absent") },
  },
  {
    name: "no kind",
    mode: "validating",
    answer: { response: { allowed: true }, review: { kind: "", apiVersion: "" } },
    want: {
      code: 500,
      message: failed(
        "received invalid webhook response: expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got /, Kind=",
      ),
    },
  },
  {
    name: "a 500",
    mode: "validating",
    answer: { status: 500, body: "boom" },
    want: {
      code: 500,
      message: failed(
        'failed to call webhook: an error on the server ("boom") has prevented the request from succeeding',
      ),
    },
  },
  {
    name: "a 404",
    mode: "validating",
    answer: { status: 404, body: "404 page not found" },
    want: {
      code: 500,
      message: failed("failed to call webhook: the server could not find the requested resource"),
    },
  },
  {
    name: "no JSON",
    mode: "validating",
    answer: { status: 200, body: "hello" },
    want: { code: 500, message: /failed to call webhook: couldn't get version\/kind; json parse error: / },
  },
  {
    name: "no answer in time",
    mode: "validating",
    answer: "nothing",
    want: {
      code: 500,
      message:
        /failed to call webhook: Post "https:\/\/127\.0\.0\.1:\d+\/\?timeout=1s": context deadline exceeded$/,
    },
  },
  {
    name: "a patch where none may be",
    mode: "validating",
    answer: { response: { allowed: true, patch: base64([]), patchType: "JSONPatch" } },
    want: {
      code: 500,
      message: failed("received invalid webhook response: validating webhook may not return response.patch"),
    },
  },
  {
    name: "a patch without a type",
    mode: "mutating",
    answer: { response: { allowed: true, patch: base64([]) } },
    want: {
      code: 500,
      message: failed(
        "received invalid webhook response: webhook returned response.patch but not response.patchType",
      ),
    },
  },
  {
    name: "a type without a patch",
    mode: "mutating",
    answer: { response: { allowed: true, patchType: "JSONPatch" } },
    want: {
      code: 500,
      message: failed(
        "received invalid webhook response: webhook returned response.patchType but not response.patch",
      ),
    },
  },
  {
    name: "a patch of another type",
    mode: "mutating",
    answer: {
      response: {
        allowed: true,
        patch: base64([{ op: "add", path: "/data", value: {} }]),
        patchType: "Merge",
      },
    },
    want: { code: 500, message: failed('unsupported patch type "Merge"') },
  },
  {
    name: "a patch that is none",
    mode: "mutating",
    answer: { response: { allowed: true, patch: base64({ a: 1 }), patchType: "JSONPatch" } },
    want: {
      code: 500,
      message: /received undecodable patch in webhook response: json: cannot unmarshal object/,
    },
  },
  {
    name: "a patch that does not apply",
    mode: "mutating",
    answer: {
      response: { allowed: true, patch: base64([{ op: "remove", path: "/none" }]), patchType: "JSONPatch" },
    },
    want: { code: 500, message: /^Internal error occurred: .*\/none/ },
  },
  {
    name: "a refusal without words",
    mode: "validating",
    answer: { response: { allowed: false } },
    want: { code: 400, message: `${denied} without explanation` },
  },
  {
    name: "a refusal with a code of success",
    mode: "validating",
    answer: { response: { allowed: false, status: { status: "Success", code: 200, message: "no" } } },
    want: { code: 400, message: `${denied}: no` },
  },
  {
    name: "a refusal with a reason only",
    mode: "mutating",
    answer: { response: { allowed: false, status: { code: 418, reason: "Teapot" } } },
    want: { code: 418, message: `${denied}: Teapot` },
  },
];

/** A webhook that answers an object by what stands in its label. */
async function serveCases(): Promise<{ readonly port: number; readonly trust: string } & AsyncDisposable> {
  const nowMs = Date.now();
  const authority = createAuthority({ commonName: "ca", nowMs, validMs: 3_600_000 });
  const issued = authority.issue(
    { dns: [], ips: ["127.0.0.1"] },
    { commonName: "hook", nowMs, validMs: 3_600_000 },
  );
  const server = createServer({ cert: issued.certificate, key: issued.key }, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { request: asked } = JSON.parse(Buffer.concat(chunks).toString()) as {
      readonly request: { readonly uid: string; readonly object?: KubeObject };
    };
    const answer = cases[Number(asked.object?.metadata.labels?.["case"] ?? -1)]?.answer;
    if (answer === "nothing") return;
    if (answer !== undefined && "status" in answer)
      return void response.writeHead(answer.status).end(answer.body);
    const given = answer?.response ?? { allowed: false, status: { message: "asked" } };
    const body = {
      kind: "AdmissionReview",
      apiVersion: "admission.k8s.io/v1",
      ...answer?.review,
      response: { uid: asked.uid, ...given },
    };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    trust: authority.certificate,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

describe.each(clusterCases())("misbehaving webhooks on $name", (clusterCase) => {
  const cluster = useCluster(clusterCase);
  const name = `misbehaving-${randomBytes(4).toString("hex")}`;
  let namespace = "";
  let webhook: Awaited<ReturnType<typeof serveCases>> | undefined;
  const create = async (mode: string, label: string): Promise<KubeApiError> => {
    const metadata = { generateName: "a-", namespace, labels: { mode, case: label } };
    try {
      await cluster().client.create(CONFIG_MAP, { apiVersion: "v1", kind: "ConfigMap", metadata });
    } catch (error) {
      if (error instanceof KubeApiError) return error;
      throw error;
    }
    throw new RangeError("the write was not refused");
  };

  beforeAll(async () => {
    namespace = await cluster().namespace();
    webhook = await serveCases();
    const { port, trust } = webhook;
    for (const [kind, mode] of [
      [VALIDATING, "validating"],
      [MUTATING, "mutating"],
    ] as const) {
      const hook = {
        name: "hook.example.dev",
        clientConfig: { url: `https://127.0.0.1:${port}/`, caBundle: Buffer.from(trust).toString("base64") },
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }],
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
        objectSelector: { matchLabels: { mode } },
        sideEffects: "None",
        timeoutSeconds: 1,
        admissionReviewVersions: ["v1"],
      };
      const { group, version, kind: kindName } = kind;
      const made = {
        apiVersion: `${group}/${version}`,
        kind: kindName,
        metadata: { name },
        webhooks: [hook],
      };
      await cluster().client.create(kind, made as unknown as JsonObject);
      await eventually(async () => expect((await create(mode, "none")).message).toContain("asked"));
    }
  });
  afterAll(async () => {
    for (const kind of [VALIDATING, MUTATING]) await cluster().client.delete(kind, { name });
    await webhook?.[Symbol.asyncDispose]();
  });

  test.each(cases.map((each, index) => ({ ...each, index })))(
    "are told of as $name",
    async ({ mode, index, want }) => {
      const { code, message } = await create(mode, String(index));
      expect({ code, message }).toEqual({
        code: want.code,
        message: typeof want.message === "string" ? want.message : expect.stringMatching(want.message),
      });
    },
  );

  test("see only objects that their selectors choose", async () => {
    const metadata = { name: "free", namespace, labels: { mode: "other" } };
    await cluster().client.create(CONFIG_MAP, { apiVersion: "v1", kind: "ConfigMap", metadata });
  });
});
