import type { Kind } from "@weir/client";
import type { JsonObject, JsonValue } from "@weir/core";
import { WeirError } from "@weir/core";
import type { Resource } from "../resource/define-resource.ts";
import type { DeepReadonly } from "../resource/deep-readonly.ts";
import type { AdmissionOperation, MutateRequest, ValidateRequest } from "./admission-request.ts";
import type { Verdict } from "./verdict.ts";

/** A label selector of a webhook configuration. */
export interface HookSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
    readonly values?: readonly string[];
  }[];
}

/** When and how the API server calls a hook. */
export interface HookOptions {
  /** A qualified name, the hook's in errors; made of mode, kind and group by default. */
  readonly name?: string;
  /** Where the hook answers; controller-runtime's path by default (`/validate-GROUP-VERSION-KIND`). */
  readonly path?: string;
  /** CREATE and UPDATE by default. */
  readonly operations?: readonly AdmissionOperation[];
  /** Subresources whose writes are reviewed instead of the object's own, such as `status`. */
  readonly subresources?: readonly string[];
  /** What becomes of a request when the hook cannot be asked; `Fail` by default. */
  readonly failurePolicy?: "Fail" | "Ignore";
  /** `Equivalent` by default: requests to other versions are reviewed, too. */
  readonly matchPolicy?: "Equivalent" | "Exact";
  /** 10 by default, at most 30. */
  readonly timeoutSeconds?: number;
  /** `None` by default: dry runs are reviewed. */
  readonly sideEffects?: "None" | "NoneOnDryRun";
  readonly namespaceSelector?: HookSelector;
  readonly objectSelector?: HookSelector;
  /** CEL expressions that must all be true for the hook to be asked. */
  readonly matchConditions?: readonly { readonly name: string; readonly expression: string }[];
}

/** When and how the API server calls a hook that changes objects. */
export interface MutateOptions extends HookOptions {
  readonly operations?: readonly ("CREATE" | "UPDATE")[];
  /** `IfNeeded` asks again after a later hook changed the object; `Never` by default. */
  readonly reinvocationPolicy?: "Never" | "IfNeeded";
}

/** A type whose values may be changed at any depth. */
export type Draft<T> = [JsonValue] extends [T]
  ? T
  : T extends string | number | boolean | bigint | null | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? Draft<Item>[]
      : T extends object
        ? { -readonly [Key in keyof T]: Draft<T[Key]> }
        : T;

/** One admission webhook. */
export interface AdmissionHook {
  readonly mode: "validate" | "mutate";
  readonly name: string;
  readonly path: string;
  readonly kind: Kind<unknown, unknown>;
  readonly options: MutateOptions | HookOptions;
  /** Sees a request; one that changes objects is given a copy of its own to change. */
  readonly handle: (
    request: ValidateRequest<JsonObject>,
    draft: Draft<JsonObject>,
  ) => Promise<Verdict> | Verdict;
}

/** Two hooks have the same name or path. */
export class DuplicateWebhookError extends WeirError {
  override readonly name = "DuplicateWebhookError";
  readonly reason = "DuplicateWebhook";
  readonly retry = "never";
  readonly webhook: string;

  constructor(webhook: string) {
    super(`there are two webhooks named ${webhook}`);
    this.webhook = webhook;
  }
}

/**
 * Webhooks as a value: what they are asked about, and their functions. Immutable: every call gives a new one. Nothing
 * listens until a server is given them (`webhookServer`); the configurations that make the API server ask come from
 * `webhookManifests`.
 */
export interface Webhooks {
  readonly hooks: readonly AdmissionHook[];
  /** Resources whose versions are converted. */
  readonly conversions: readonly Resource<unknown>[];
  /** Looks at writes of a kind and allows or refuses them. */
  validate<R>(
    kind: Kind<R, unknown>,
    check: (request: ValidateRequest<DeepReadonly<R>>) => Promise<Verdict> | Verdict,
    options?: HookOptions,
  ): Webhooks;
  /** Changes objects of a kind on their way to the store: what the function does to its draft becomes a JSON patch. */
  mutate<R>(
    kind: Kind<R, unknown>,
    change: (draft: Draft<R>, request: MutateRequest<DeepReadonly<R>>) => Promise<Verdict> | Verdict,
    options?: MutateOptions,
  ): Webhooks;
  /** Converts between the versions of a resource, by its own functions. */
  convert(resource: Resource<unknown>): Webhooks;
}

/** Begins a set of webhooks: `createWebhooks().validate(MyApp, …).mutate(MyApp, …).convert(MyApp)`. */
export function createWebhooks(): Webhooks {
  return build([], []);
}

function build(hooks: readonly AdmissionHook[], conversions: readonly Resource<unknown>[]): Webhooks {
  const add = (hook: AdmissionHook): Webhooks => {
    if (hooks.some(({ name, path }) => name === hook.name || path === hook.path))
      throw new DuplicateWebhookError(hook.name);
    return build([...hooks, hook], conversions);
  };
  return Object.freeze({
    hooks,
    conversions,
    validate: <R>(
      kind: Kind<R, unknown>,
      check: (request: ValidateRequest<DeepReadonly<R>>) => Promise<Verdict> | Verdict,
      options: HookOptions = {},
    ) => add({ ...named("validate", kind, options), handle: check as unknown as AdmissionHook["handle"] }),
    mutate: <R>(
      kind: Kind<R, unknown>,
      change: (draft: Draft<R>, request: MutateRequest<DeepReadonly<R>>) => Promise<Verdict> | Verdict,
      options: MutateOptions = {},
    ) =>
      add({
        ...named("mutate", kind, options),
        handle: (request, draft) =>
          change(draft as unknown as Draft<R>, request as unknown as MutateRequest<DeepReadonly<R>>),
      }),
    convert: (resource) => build(hooks, [...conversions, resource]),
  } satisfies Webhooks);
}

function named(
  mode: AdmissionHook["mode"],
  kind: Kind<unknown, unknown>,
  options: HookOptions,
): Omit<AdmissionHook, "handle"> {
  const { group, version } = kind;
  const name = kind.kind.toLowerCase();
  return {
    mode,
    kind,
    options,
    name: options.name ?? `${mode}.${name}.${version}.${group === "" ? "core" : group}`,
    path: options.path ?? `/${mode}-${group.replaceAll(".", "-")}-${version}-${name}`,
  };
}
