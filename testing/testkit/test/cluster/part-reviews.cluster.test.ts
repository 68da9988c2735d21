import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Kind } from "@weir/client";
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

interface Review extends JsonObject {
  readonly operation: string;
  readonly kind: JsonObject;
  readonly resource: JsonObject;
  readonly object: JsonObject | null;
  readonly oldObject: JsonObject | null;
  readonly options: JsonObject | null;
}

/** Answers every review, changes the replicas of a Scale that asks for 3 to 4, and tells what it was asked. */
async function serveReviews() {
  const nowMs = Date.now();
  const authority = createAuthority({ commonName: "ca", nowMs, validMs: 3_600_000 });
  const life = { commonName: "hook", nowMs, validMs: 3_600_000 };
  const issued = authority.issue({ dns: [], ips: ["127.0.0.1"] }, life);
  const seen: string[] = [];
  const server = createServer({ cert: issued.certificate, key: issued.key }, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { request: asked } = JSON.parse(Buffer.concat(chunks).toString()) as { readonly request: Review };
    seen.push(`${request.url?.startsWith("/change") === true ? "change" : "check"} ${told(asked)}`);
    const replicas = (asked.object?.["spec"] as JsonObject | undefined)?.["replicas"];
    const changes = request.url?.startsWith("/change") === true && replicas === 3;
    const patch = Buffer.from('[{"op":"replace","path":"/spec/replicas","value":4}]').toString("base64");
    const verdict = {
      uid: asked["uid"],
      allowed: true,
      ...(changes ? { patchType: "JSONPatch", patch } : {}),
    };
    const review = { kind: "AdmissionReview", apiVersion: "admission.k8s.io/v1", response: verdict };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(review));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    seen,
    port,
    trust: authority.certificate,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A review in a line: what is done to which subresource, and the kinds that are shown. */
function told({ operation, kind, resource, subResource, name, object, oldObject, options }: Review): string {
  const shown = (value: JsonObject | null): unknown => {
    const spec = value?.["spec"] as JsonObject | undefined;
    const words = [value?.["kind"], spec?.["replicas"], value?.["command"]];
    return value === null ? null : words.filter((word) => word !== undefined);
  };
  const what = [kind["group"], kind["version"], kind["kind"]].filter((part) => part !== undefined).join("/");
  const words = [shown(object), shown(oldObject), options?.["kind"] ?? null, name ?? null];
  return `${operation} ${String(resource["resource"])}/${String(subResource)} ${what} ${JSON.stringify(words)}`;
}

const container = { name: "c", image: "i" };
const template = { metadata: { labels: { a: "b" } }, spec: { containers: [container] } };

describe.each(clusterCases())("what webhooks see of subresources on $name", (clusterCase) => {
  const cluster = useCluster(clusterCase);
  const name = `parts-${randomBytes(4).toString("hex")}`;
  let hooks: Awaited<ReturnType<typeof serveReviews>> | undefined;
  let namespace = "";

  async function send(
    method: string,
    path: string,
    body?: object,
    type = "application/json",
  ): Promise<number> {
    const { transport, server } = cluster().connection;
    const { status } = await transport({
      method,
      url: `${server}${path}`,
      headers: body === undefined ? [] : [["content-type", type]],
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return status;
  }

  async function register(): Promise<void> {
    const { port = 0, trust = "" } = hooks ?? {};
    for (const [kind, path] of [
      [VALIDATING, "check"],
      [MUTATING, "change"],
    ] as const) {
      const hook = {
        name: "hook.example.dev",
        clientConfig: {
          url: `https://127.0.0.1:${port}/${path}`,
          caBundle: Buffer.from(trust).toString("base64"),
        },
        rules: [
          {
            apiGroups: ["*"],
            apiVersions: ["*"],
            operations: ["*"],
            resources: ["*/*"],
            scope: "Namespaced",
          },
        ],
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
        sideEffects: "None",
        admissionReviewVersions: ["v1"],
      };
      const apiVersion = `${kind.group}/${kind.version}`;
      const made = { apiVersion, kind: kind.kind, metadata: { name }, webhooks: [hook] };
      await cluster().client.create(kind, made as unknown as JsonObject);
    }
  }

  beforeAll(async () => {
    namespace = await cluster().namespace();
    const core = `/api/v1/namespaces/${namespace}`;
    const account = { metadata: { name: "default" } };
    await send("POST", `${core}/serviceaccounts`, account);
    hooks = await serveReviews();
    await register();
    await eventually(async () => {
      await send("POST", `${core}/configmaps?dryRun=All`, { metadata: { name: "x" } });
      expect(new Set(hooks?.seen.map((line) => line.split(" ")[0]))).toEqual(new Set(["change", "check"]));
    });
    await send("POST", `${core}/pods`, { metadata: { name: "p" }, spec: { containers: [container] } });
    const deployment = { metadata: { name: "d" }, spec: { selector: { matchLabels: { a: "b" } }, template } };
    await send("POST", `/apis/apps/v1/namespaces/${namespace}/deployments`, deployment);
  });
  afterAll(async () => {
    for (const kind of [VALIDATING, MUTATING]) await cluster().client.delete(kind, { name });
    await hooks?.[Symbol.asyncDispose]();
  });

  const scale = (replicas: number): object => ({
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata: { name: "d", namespace },
    spec: { replicas },
  });
  const deployments = (path: string): string => `/apis/apps/v1/namespaces/${namespace}/deployments/${path}`;
  const tokens = (): string => `/api/v1/namespaces/${namespace}/serviceaccounts/default/token`;
  const pods = (path: string): string => `/api/v1/namespaces/${namespace}/pods/${path}`;

  const scaleIs = (before: number, asked: number, after: number): readonly string[] => [
    `change UPDATE deployments/scale autoscaling/v1/Scale [["Scale",${asked}],["Scale",${before}],"UpdateOptions","d"]`,
    `check UPDATE deployments/scale autoscaling/v1/Scale [["Scale",${after}],["Scale",${before}],"UpdateOptions","d"]`,
  ];
  const both = (line: string): readonly string[] => [`change ${line}`, `check ${line}`];
  const made = (what: string, of: string, name = "p"): readonly string[] => {
    const kind = of.split("/").at(-1);
    return both(`CREATE ${what} ${of} [["${kind}"],null,"CreateOptions","${name}"]`);
  };
  const connected = (what: string, kind: string, command = ""): readonly string[] =>
    both(`CONNECT ${what} /v1/${kind} [["${kind}"${command}],null,null,"p"]`);
  const target = { kind: "Node", name: "n" };
  const apply = "application/apply-patch+yaml";
  const patchScale = (replicas: number): Promise<number> =>
    send("PATCH", deployments("d/scale"), { spec: { replicas } }, "application/merge-patch+json");

  // In order: each case finds what the one before it left.
  test.each<readonly [name: string, run: () => Promise<number>, status: number, seen: readonly string[]]>([
    ["a Scale", () => send("PUT", deployments("d/scale"), scale(2)), 200, scaleIs(1, 2, 2)],
    ["a Scale that one changes", () => patchScale(3), 200, scaleIs(2, 3, 4)],
    ["a Scale that stays as it is", () => patchScale(4), 200, scaleIs(4, 4, 4)],
    [
      "an applied Scale",
      () => send("PATCH", deployments("d/scale?fieldManager=m&force=true"), scale(5), apply),
      200,
      scaleIs(4, 5, 5),
    ],
    [
      "a Scale for the look of it",
      () => send("PUT", deployments("d/scale?dryRun=All"), scale(1)),
      200,
      scaleIs(5, 1, 1),
    ],
    [
      "a Binding",
      () => send("POST", pods("p/binding"), { metadata: { name: "p" }, target }),
      201,
      made("pods/binding", "/v1/Binding"),
    ],
    [
      "a command",
      () => send("POST", pods("p/exec?command=ls&command=-l&stdout=true")),
      404,
      connected("pods/exec", "PodExecOptions", ',["ls","-l"]'),
    ],
    [
      "attaching",
      () => send("POST", pods("p/attach?stdout=true")),
      404,
      connected("pods/attach", "PodAttachOptions"),
    ],
    [
      "port forwarding",
      () => send("POST", pods("p/portforward?ports=80")),
      404,
      connected("pods/portforward", "PodPortForwardOptions"),
    ],
    ["a log, of which nobody is asked", () => send("GET", pods("p/log")), 404, []],
    [
      "a token",
      () => send("POST", tokens(), { spec: { audiences: ["a"] } }),
      201,
      made("serviceaccounts/token", "authentication.k8s.io/v1/TokenRequest", "default"),
    ],
    [
      "an Eviction for the look of it",
      () => send("POST", pods("p/eviction?dryRun=All"), { metadata: { name: "p" } }),
      201,
      made("pods/eviction", "policy/v1/Eviction"),
    ],
    [
      "an Eviction, and not of its delete",
      () => send("POST", pods("p/eviction"), { metadata: { name: "p" } }),
      201,
      made("pods/eviction", "policy/v1/Eviction"),
    ],
  ])("is %s", async (_name, run, status, seen) => {
    hooks?.seen.splice(0);
    expect(await run()).toBe(status);
    expect(hooks?.seen).toEqual(seen);
  });
});
