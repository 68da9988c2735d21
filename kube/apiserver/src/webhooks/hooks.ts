import type { JsonObject } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { asJson, child, children, number, strings, text } from "../resources/draft-access.ts";
import { compileConditions, type NamedCondition } from "../policies/compile-policy.ts";
import type { ObjectStore } from "../resources/object-store.ts";
import type { Registry } from "../resources/registry.ts";

/** One admission webhook of a configuration, with its defaults. */
export interface Hook {
  readonly configuration: string;
  readonly name: string;
  readonly clientConfig: JsonObject | undefined;
  readonly rules: readonly HookRule[];
  readonly ignoresFailure: boolean;
  readonly matchesEquivalent: boolean;
  readonly namespaceSelector: JsonObject;
  /** Compiled when they are first asked for. */
  readonly conditions: () => readonly NamedCondition[];
  readonly objectSelector: JsonObject;
  readonly sideEffects: string;
  readonly timeoutSeconds: number;
  readonly reviewVersions: readonly string[];
  /** Called again when a later hook changed the object. */
  readonly isReinvoked: boolean;
}

/** Which requests a hook is about. */
export interface HookRule {
  readonly operations: readonly string[];
  readonly groups: readonly string[];
  readonly versions: readonly string[];
  readonly resources: readonly string[];
  /** Names of the objects; all where there are none. */
  readonly names?: readonly string[];
  readonly scope: string;
}

const GROUP = "admissionregistration.k8s.io";
const PLURALS = {
  mutating: "mutatingwebhookconfigurations",
  validating: "validatingwebhookconfigurations",
} as const;

/** The mode of a hook. */
export type HookMode = keyof typeof PLURALS;

/** The hooks of all configurations, in step with the writes of this server: by the name of the configuration. */
export class Hooks {
  readonly #store: ObjectStore;
  readonly #registry: Registry;
  readonly #configurations = {
    mutating: new Map<string, readonly Hook[]>(),
    validating: new Map<string, readonly Hook[]>(),
  };
  readonly #ordered: { mutating?: readonly Hook[]; validating?: readonly Hook[] } = {};
  readonly #ends: (() => void)[] = [];

  constructor(store: ObjectStore, registry: Registry) {
    this.#store = store;
    this.#registry = registry;
  }

  /** Reads the configurations that are there, and follows those to come. */
  async start(): Promise<void> {
    for (const mode of ["mutating", "validating"] as const) {
      const resource = this.#registry.find(GROUP, "v1", PLURALS[mode]);
      if (resource === undefined) continue;
      this.#ends.push(
        this.#store.observe(resource.storagePrefix, (key, object) => this.#changed(mode, key, object)),
      );
      const { entries } = await this.#store.range(resource.storagePrefix, {});
      for (const entry of entries) this.#changed(mode, entry.key, this.#store.parse(resource, entry));
    }
  }

  stop(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  /** The hooks in the order in which they are called. */
  of(mode: HookMode): readonly Hook[] {
    const known = this.#ordered[mode];
    if (known !== undefined) return known;
    const configurations = [...this.#configurations[mode]].sort(([a], [b]) => (a < b ? -1 : 1));
    const hooks = configurations.flatMap(([, list]) => list);
    this.#ordered[mode] = hooks;
    return hooks;
  }

  #changed(mode: HookMode, key: string, object: KubeObject | undefined): void {
    if (object === undefined) this.#configurations[mode].delete(key);
    else this.#configurations[mode].set(key, readHooks(asJson(object)));
    delete this.#ordered[mode];
  }
}

function readHooks(configuration: JsonObject): readonly Hook[] {
  const name = text(child(configuration, "metadata"), "name");
  return children(configuration, "webhooks").map((hook) => ({
    configuration: name,
    name: text(hook, "name"),
    clientConfig: child(hook, "clientConfig"),
    rules: children(hook, "rules").map(readRule),
    ignoresFailure: text(hook, "failurePolicy") === "Ignore",
    matchesEquivalent: text(hook, "matchPolicy") !== "Exact",
    namespaceSelector: child(hook, "namespaceSelector") ?? {},
    conditions: conditionsOf(hook),
    objectSelector: child(hook, "objectSelector") ?? {},
    sideEffects: text(hook, "sideEffects"),
    timeoutSeconds: number(hook, "timeoutSeconds") ?? 10,
    reviewVersions: strings(hook, "admissionReviewVersions"),
    isReinvoked: text(hook, "reinvocationPolicy") === "IfNeeded",
  }));
}

function conditionsOf(hook: JsonObject): () => readonly NamedCondition[] {
  let compiled: readonly NamedCondition[] | undefined;
  return () => {
    compiled ??= compileConditions(hook, false);
    return compiled;
  };
}

/** Reads a rule of a configuration or of a policy. */
export function readRule(rule: JsonObject): HookRule {
  return {
    operations: strings(rule, "operations"),
    groups: strings(rule, "apiGroups"),
    versions: strings(rule, "apiVersions"),
    resources: strings(rule, "resources"),
    names: strings(rule, "resourceNames"),
    scope: text(rule, "scope") || "*",
  };
}
