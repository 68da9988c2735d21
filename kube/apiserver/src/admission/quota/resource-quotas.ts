import type { Clock, JsonObject } from "@weir/core";
import { conflictError, type KubeObject, updateManagedFields } from "@weir/objects";
import { emptyObjectOf } from "../../patch/field-tracking.ts";
import { asJson, asObject, child, copyForMeta, text } from "../../resources/draft-access.ts";
import type { ObjectStore } from "../../resources/object-store.ts";
import type { Registry } from "../../resources/registry.ts";
import { groupResource, type Resource, storageKey } from "../../resources/resource.ts";
import type { AdmissionRequest } from "../admission.ts";
import type { FollowedObjects } from "../plugins/followed-objects.ts";
import { refuse } from "../plugins/plugin.ts";
import { addedUsage, charge, isCovered, type Quota, readQuota, writeAmounts } from "./quota-object.ts";
import { type UsageKind, usageKindOf } from "./quota-usage.ts";

/** What quotas work with. */
export interface QuotaDeps {
  readonly store: ObjectStore;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly quotas: FollowedObjects;
}

/** A write that may use something. */
interface Use {
  readonly request: AdmissionRequest;
  readonly object: JsonObject;
  readonly old: KubeObject | undefined;
  readonly kind: UsageKind;
}

const MAX_ATTEMPTS = 4;
const MANAGER = "kube-apiserver";

/** Refuses writes that would use more than the ResourceQuotas of a namespace allow, and counts what the others use. */
export class ResourceQuotas {
  readonly #deps: QuotaDeps;

  constructor(deps: QuotaDeps) {
    this.#deps = deps;
  }

  /** Throws a 403; `undefined` where the namespace has no quotas. */
  check(
    request: AdmissionRequest,
    object: JsonObject | undefined,
    old: KubeObject | undefined,
  ): Promise<void> | undefined {
    if (!this.#deps.quotas.has(request.namespace) || request.namespace === "") return undefined;
    const { resource } = request;
    // Events come and go too often to be counted.
    if (resource.plural === "events" || object === undefined) return undefined;
    const kind = usageKindOf(resource.group, resource.plural);
    return isHandled(request, object, old) ? this.#charge({ request, object, old, kind }) : undefined;
  }

  async #charge(use: Use): Promise<void> {
    let pending: ReadonlySet<string> | undefined;
    for (let attempt = 1; ; attempt += 1) {
      const objects = this.#deps.quotas.in(use.request.namespace);
      const wanted = objects.filter((each) => pending?.has(text(child(each, "metadata"), "name")) ?? true);
      const charged = wanted.flatMap((each) => this.#chargeOne(use, each) ?? []);
      if (use.request.context.isDryRun) return;
      const failed: string[] = [];
      for (const { object, used } of charged)
        if (!(await this.#write(object, used))) failed.push(text(child(object, "metadata"), "name"));
      if (failed.length === 0) return;
      if (attempt >= MAX_ATTEMPTS)
        throw conflictError({ group: "", resource: "resourcequotas" }, failed[0] ?? "");
      pending = new Set(failed);
    }
  }

  /** The new use of one quota; `undefined` where it stays as it is. Throws a 403. */
  #chargeOne(
    { request, object, old, kind }: Use,
    quotaObject: JsonObject,
  ): { readonly object: JsonObject; readonly used: JsonObject } | undefined {
    const quota = readQuota(quotaObject);
    if (!isCovered(quota, kind, object)) return undefined;
    const problem = quotaProblem(quota, kind, object);
    if (problem !== undefined) throw refuse(request, object, problem);
    const now = this.#deps.clock.now();
    const before =
      request.operation === "update" && old !== undefined && isCovered(quota, kind, asJson(old))
        ? kind.usage(asJson(old), now)
        : undefined;
    const added = addedUsage(kind.usage(object, now), before);
    if (added.size === 0) return undefined;
    const charged = charge(quota, added, request.subresource === "status");
    if (charged.kind === "exceeded") throw refuse(request, object, charged.problem);
    const used = writeAmounts(charged.used);
    const isSame = JSON.stringify(used) === JSON.stringify(writeAmounts(quota.used));
    return isSame ? undefined : { object: quotaObject, used };
  }

  /** Writes the use in the name of the server; false where somebody else was quicker. */
  async #write(object: JsonObject, used: JsonObject): Promise<boolean> {
    const { registry, store, clock } = this.#deps;
    const resource = registry.find("", "v1", "resourcequotas");
    if (resource === undefined) return true;
    const metadata = child(object, "metadata");
    const draft = copyForMeta(object);
    draft["status"] = { ...child(draft, "status"), used };
    const next = trackedBy(resource, asObject(copyForMeta(object)), asObject(draft), clock.now());
    const result = await store.commit(resource, {
      key: storageKey(resource, text(metadata, "namespace"), text(metadata, "name")),
      object: next,
      bytes: store.encode(resource, next),
      expected: Number(text(metadata, "resourceVersion")),
    });
    return result.kind === "committed";
  }
}

// oxlint-disable-next-line max-params -- one write
function trackedBy(resource: Resource, live: KubeObject, object: KubeObject, now: number): KubeObject {
  return updateManagedFields({
    gvk: { group: resource.group, version: resource.version, kind: resource.kind },
    schema: resource.schema,
    manager: MANAGER,
    now: new Date(now),
    subresource: "status",
    emptyObject: emptyObjectOf(resource),
    live,
    object,
  });
}

/** Which writes may use more than before. */
function isHandled(
  { operation, subresource, resource }: AdmissionRequest,
  object: JsonObject,
  old: KubeObject | undefined,
): boolean {
  const { resource: plural } = groupResource(resource);
  const isCore = resource.group === "";
  if (isCore && plural === "pods" && operation === "update") {
    if (subresource === "resize") return true;
    return subresource === "" && old !== undefined && hasDeadline(asJson(old)) !== hasDeadline(object);
  }
  if (subresource !== "") return false;
  const mayGrow = isCore && (plural === "services" || plural === "persistentvolumeclaims");
  return operation === "create" || (operation === "update" && mayGrow);
}

function hasDeadline(pod: JsonObject): boolean {
  return typeof child(pod, "spec")?.["activeDeadlineSeconds"] === "number";
}

/** Why an object cannot be held against a quota. */
function quotaProblem(quota: Quota, kind: UsageKind, object: JsonObject): string | undefined {
  const limits = [...quota.hard.keys()].filter(kind.counts);
  const problem = kind.problem(object, limits);
  if (problem !== undefined) return `failed quota: ${quota.name}: ${problem}`;
  if (limits.every((name) => quota.used.has(name))) return undefined;
  return `status unknown for quota: ${quota.name}, resources: ${limits.sort().join(",")}`;
}
