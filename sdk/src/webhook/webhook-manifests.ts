import type { JsonObject, JsonValue } from "@weir/core";
import type {
  CustomResourceDefinition,
  WebhookClientConfig,
} from "../resource/custom-resource-definition.ts";
import { pluralOf } from "../resource/rbac-of.ts";
import type { AdmissionHook, MutateOptions, Webhooks } from "./create-webhooks.ts";
import { CONVERT_PATH } from "./webhook-handler.ts";

/** Where the API server finds the webhooks' server: a Service, or a URL without a path. */
export type WebhookAddress =
  | { readonly service: { readonly namespace: string; readonly name: string; readonly port?: number } }
  | { readonly url: string };

/** What manifests are made with. */
export interface WebhookManifestOptions {
  /** The name of the configurations. */
  readonly name: string;
  readonly address: WebhookAddress;
  /** PEM of what the API server trusts; put in later by whoever injects it where absent. */
  readonly certificateAuthority?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** For whoever puts the authority in, such as `cert-manager.io/inject-ca-from`. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A webhook configuration as it is applied to a cluster. */
export type WebhookConfiguration = {
  readonly apiVersion: "admissionregistration.k8s.io/v1";
  readonly kind: "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration";
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly webhooks: readonly JsonObject[];
};

/** What makes an API server ask some webhooks. */
export interface WebhookManifests {
  readonly validating?: WebhookConfiguration;
  readonly mutating?: WebhookConfiguration;
  /** The CRDs of the converted resources, each with its conversion webhook. */
  readonly crds: readonly CustomResourceDefinition[];
}

/** The configurations of some webhooks, each field written out as the API server would default it. */
export function webhookManifests(webhooks: Webhooks, options: WebhookManifestOptions): WebhookManifests {
  const validating = configuration(webhooks, "validate", options);
  const mutating = configuration(webhooks, "mutate", options);
  return {
    ...(validating === undefined ? {} : { validating }),
    ...(mutating === undefined ? {} : { mutating }),
    crds: webhooks.conversions.map((resource) =>
      resource.crd({
        conversion: {
          strategy: "Webhook",
          webhook: { clientConfig: clientConfig(CONVERT_PATH, options), conversionReviewVersions: ["v1"] },
        },
      }),
    ),
  };
}

function configuration(
  webhooks: Webhooks,
  mode: AdmissionHook["mode"],
  options: WebhookManifestOptions,
): WebhookConfiguration | undefined {
  const hooks = webhooks.hooks.filter((hook) => hook.mode === mode);
  if (hooks.length === 0) return undefined;
  const { name, labels, annotations } = options;
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: mode === "validate" ? "ValidatingWebhookConfiguration" : "MutatingWebhookConfiguration",
    metadata: {
      name,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    webhooks: hooks.map((hook) => entry(hook, options)),
  };
}

/** What the API server fills in where a configuration says nothing. */
const DEFAULTS = {
  operations: ["CREATE", "UPDATE"],
  failurePolicy: "Fail",
  matchPolicy: "Equivalent",
  sideEffects: "None",
  timeoutSeconds: 10,
} as const;

function entry(hook: AdmissionHook, options: WebhookManifestOptions): JsonObject {
  const { kind, name, path } = hook;
  const how: MutateOptions = { ...DEFAULTS, ...(hook.options as MutateOptions) };
  const plural = pluralOf(kind);
  return {
    name,
    clientConfig: clientConfig(path, options) as unknown as JsonValue,
    rules: [
      {
        apiGroups: [kind.group],
        apiVersions: [kind.version],
        operations: how.operations ?? [],
        resources: how.subresources?.map((subresource) => `${plural}/${subresource}`) ?? [plural],
        scope: kind.scope ?? "*",
      },
    ],
    ...kept({
      ...how,
      reinvocationPolicy: hook.mode === "mutate" ? (how.reinvocationPolicy ?? "Never") : undefined,
    }),
    admissionReviewVersions: ["v1"],
  };
}

/** The options that are fields of the entry under the same name. */
function kept(how: { readonly [Key in (typeof FIELDS)[number]]?: unknown }): JsonObject {
  const fields = FIELDS.filter((field) => how[field] !== undefined);
  return Object.fromEntries(fields.map((field) => [field, how[field] as JsonValue]));
}

const FIELDS = [
  "failurePolicy",
  "matchPolicy",
  "sideEffects",
  "timeoutSeconds",
  "reinvocationPolicy",
  "namespaceSelector",
  "objectSelector",
  "matchConditions",
] as const;

function clientConfig(
  path: string,
  { address, certificateAuthority }: WebhookManifestOptions,
): WebhookClientConfig {
  return {
    ...("url" in address
      ? { url: `${address.url.replace(/\/$/, "")}${path}` }
      : { service: { ...address.service, port: address.service.port ?? 443, path } }),
    ...(certificateAuthority === undefined
      ? {}
      : { caBundle: Buffer.from(certificateAuthority).toString("base64") }),
  };
}
