import type { JsonObject } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { asJson, child, children, strings, text } from "../resources/draft-access.ts";
import type { ObjectStore } from "../resources/object-store.ts";
import type { Registry } from "../resources/registry.ts";
import { type HookRule, readRule } from "../webhooks/hooks.ts";
import type { Matching } from "../webhooks/match-hook.ts";
import { type CompiledPolicy, compilePolicy } from "./compile-policy.ts";

/** A policy with what it is about. */
export interface Policy<Compiled = unknown> {
  readonly name: string;
  readonly matching: Matching;
  readonly failsClosed: boolean;
  readonly paramKind: { readonly apiVersion: string; readonly kind: string } | undefined;
  /** Compiled when it is first asked for. */
  compiled(): Compiled;
}

/** Where a policy applies, and what comes of it. */
export interface Binding {
  readonly name: string;
  readonly policy: string;
  /** Everything that the policy matches, where it is absent. */
  readonly matching: Matching | undefined;
  readonly actions: readonly string[];
  readonly paramRef: JsonObject | undefined;
}

const GROUP = "admissionregistration.k8s.io";

/** Policies of one kind: where they and their bindings are, and what their specs are made ready as. */
export interface PolicyKind<Compiled> {
  readonly policies: string;
  readonly bindings: string;
  readonly compile: (spec: JsonObject) => Compiled;
}

export const validatingPolicies: PolicyKind<CompiledPolicy> = {
  policies: "validatingadmissionpolicies",
  bindings: "validatingadmissionpolicybindings",
  compile: compilePolicy,
};

/** The policies and bindings as they are stored, in step with the writes of this server. */
export class PolicySet<Compiled> {
  readonly #store: ObjectStore;
  readonly #registry: Registry;
  readonly #kind: PolicyKind<Compiled>;
  readonly #policies = new Map<string, Policy<Compiled>>();
  readonly #bindings = new Map<string, Binding>();
  readonly #ends: (() => void)[] = [];
  #pairs: readonly (readonly [Policy<Compiled>, readonly Binding[]])[] | undefined;

  constructor(store: ObjectStore, registry: Registry, kind: PolicyKind<Compiled>) {
    this.#store = store;
    this.#registry = registry;
    this.#kind = kind;
  }

  /** Reads what is there, and follows what is to come. */
  async start(): Promise<void> {
    const { policies, bindings, compile } = this.#kind;
    await this.#follow(policies, this.#policies, (object) => readPolicy(object, compile));
    await this.#follow(bindings, this.#bindings, readBinding);
  }

  stop(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  /** The policies that are bound, by name, with their bindings. */
  bound(): readonly (readonly [Policy<Compiled>, readonly Binding[]])[] {
    this.#pairs ??= pair(this.#policies, this.#bindings);
    return this.#pairs;
  }

  async #follow<Item>(
    plural: string,
    items: Map<string, Item>,
    read: (object: JsonObject) => Item,
  ): Promise<void> {
    const resource = this.#registry.find(GROUP, "v1", plural);
    if (resource === undefined) return;
    const changed = (key: string, object: KubeObject | undefined): void => {
      if (object === undefined) items.delete(key);
      else items.set(key, read(asJson(object)));
      this.#pairs = undefined;
    };
    this.#ends.push(this.#store.observe(resource.storagePrefix, changed));
    const { entries } = await this.#store.range(resource.storagePrefix, {});
    for (const entry of entries) changed(entry.key, this.#store.parse(resource, entry));
  }
}

function pair<Compiled>(
  policies: ReadonlyMap<string, Policy<Compiled>>,
  bindings: ReadonlyMap<string, Binding>,
): readonly (readonly [Policy<Compiled>, readonly Binding[]])[] {
  const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
    a < b ? -1 : 1;
  const ordered = [...bindings].sort(byKey).map(([, binding]) => binding);
  return [...policies].sort(byKey).flatMap(([, policy]) => {
    const own = ordered.filter((binding) => binding.policy === policy.name);
    return own.length === 0 ? [] : [[policy, own] as const];
  });
}

function readPolicy<Compiled>(object: JsonObject, compile: (spec: JsonObject) => Compiled): Policy<Compiled> {
  const spec = child(object, "spec") ?? {};
  const kind = child(spec, "paramKind");
  let compiled: Compiled | undefined;
  return {
    name: text(child(object, "metadata"), "name"),
    matching: readMatching(child(spec, "matchConstraints") ?? {}),
    failsClosed: text(spec, "failurePolicy") !== "Ignore",
    paramKind:
      kind === undefined ? undefined : { apiVersion: text(kind, "apiVersion"), kind: text(kind, "kind") },
    compiled() {
      compiled ??= compile(spec);
      return compiled;
    },
  };
}

function readBinding(object: JsonObject): Binding {
  const spec = child(object, "spec") ?? {};
  const resources = child(spec, "matchResources");
  return {
    name: text(child(object, "metadata"), "name"),
    policy: text(spec, "policyName"),
    matching: resources === undefined ? undefined : readMatching(resources),
    actions: strings(spec, "validationActions"),
    paramRef: child(spec, "paramRef"),
  };
}

/** Resources without rules are all resources. */
const EVERYTHING: HookRule = {
  operations: ["*"],
  groups: ["*"],
  versions: ["*"],
  resources: ["*", "*/*"],
  scope: "*",
};

function readMatching(resources: JsonObject): Matching {
  const rules = children(resources, "resourceRules").map(readRule);
  return {
    rules: rules.length === 0 ? [EVERYTHING] : rules,
    excluded: children(resources, "excludeResourceRules").map(readRule),
    matchesEquivalent: text(resources, "matchPolicy") !== "Exact",
    namespaceSelector: child(resources, "namespaceSelector") ?? {},
    objectSelector: child(resources, "objectSelector") ?? {},
  };
}
