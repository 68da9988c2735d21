import { describeError, type JsonObject, type JsonValue } from "@weir/core";
import { jsonEqual, type KubeObject, updateManagedFields } from "@weir/objects";
import type { Api } from "../resources/call.ts";
import { timestamp } from "../resources/call.ts";
import {
  asJson,
  asObject,
  child,
  children,
  copyForMeta,
  metaOf,
  strings,
  text,
} from "../resources/draft-access.ts";
import type { StoredObject } from "../resources/object-store.ts";
import type { Draft, Resource } from "../resources/resource.ts";
import { nextConditions, withCondition } from "./conditions.ts";
import type { CustomDefinition } from "./definition.ts";
import { readDefinition } from "./definition.ts";
import { ServedDefinitions } from "./served-definitions.ts";

/** Marks a CRD whose objects have still to be deleted. */
export const CLEANUP_FINALIZER = "customresourcecleanup.apiextensions.k8s.io";
const PREFIX = "/apiextensions.k8s.io/customresourcedefinitions/";

/**
 * Keeps what is served in step with the CRDs: accepts their names, establishes them, and clears away the objects of
 * those that are deleted. Driven by the writes of this server, so that nothing polls.
 */
export class CrdLoop implements AsyncDisposable {
  readonly #api: Api;
  readonly #definitions = new Map<string, CustomDefinition>();
  #served: ServedDefinitions | undefined;
  /** Work goes one at a time, in order. */
  #queue: Promise<void> = Promise.resolve();
  #isClosed = false;
  readonly #unobserve: () => void;

  constructor(api: Api) {
    this.#api = api;
    const unobserveCrds = api.store.observe(PREFIX, (key, object) => this.#changed(key, object));
    const unobserveAll = api.store.observe("/", (key, object) => this.#instanceChanged(key, object));
    this.#unobserve = () => {
      unobserveCrds();
      unobserveAll();
    };
  }

  /** Reads the CRDs that are there, and finishes what a previous run left half done. */
  async start(): Promise<void> {
    const resource = this.#resource();
    const { entries } = await this.#api.store.range(PREFIX, {});
    for (const entry of entries) {
      const object = this.#api.store.parse(resource, entry);
      this.#definitions.set(entry.key, readDefinition(asJson(object)));
      this.#enqueue(entry.key);
    }
    this.#serve();
    await this.#queue;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#unobserve();
    await this.#queue;
  }

  /** Whether objects of a terminating CRD would be created. */
  isTerminating(group: string, plural: string): boolean {
    return this.#definitions.get(`${PREFIX}${plural}.${group}`)?.isTerminating ?? false;
  }

  #resource(): Resource {
    const resource = this.#api.registry.find("apiextensions.k8s.io", "v1", "customresourcedefinitions");
    if (resource === undefined) throw new TypeError("no resource for CRDs");
    return resource;
  }

  #changed(key: string, object: KubeObject | undefined): void {
    if (object === undefined) this.#definitions.delete(key);
    else this.#definitions.set(key, readDefinition(asJson(object)));
    this.#serve();
    this.#enqueue(key);
  }

  /** The last object of a terminating CRD may have gone. */
  #instanceChanged(key: string, object: KubeObject | undefined): void {
    if (object !== undefined) return;
    for (const [crdKey, definition] of this.#definitions) {
      if (definition.isTerminating && key.startsWith(`/${definition.group}/${definition.names.plural}/`))
        this.#enqueue(crdKey);
    }
  }

  #serve(): void {
    this.#served = new ServedDefinitions([...this.#definitions.values()], this.#api, this.#served);
    this.#api.registry.setCustom(this.#served);
  }

  #enqueue(key: string): void {
    this.#queue = this.#queue.then(async () => {
      if (this.#isClosed) return;
      try {
        await this.#reconcile(key);
      } catch (error) {
        this.#api.logger.error("custom resource definition not reconciled", {
          key,
          error: describeError(error),
        });
      }
    });
  }

  async #reconcile(key: string): Promise<void> {
    const { store } = this.#api;
    const stored = await store.get(key);
    if (stored === undefined) return;
    const object = store.parse(this.#resource(), stored);
    if (text(child(asJson(object), "metadata"), "deletionTimestamp") !== "")
      return this.#finalize(stored, object);
    const others = [...this.#definitions].flatMap(([otherKey, definition]) =>
      otherKey === key ? [] : [definition],
    );
    const status = nextConditions(asJson(object), others, timestamp(this.#api.clock));
    if (jsonEqual(status, child(asJson(object), "status") ?? {})) return;
    await this.#writeStatus(stored, object, status);
  }

  async #writeStatus(stored: StoredObject, object: KubeObject, status: JsonObject): Promise<void> {
    const draft: Draft = { ...copyForMeta(asJson(object)), status: status as JsonValue };
    await this.#write(stored, object, draft);
  }

  async #write(stored: StoredObject, live: KubeObject, draft: Draft): Promise<void> {
    const resource = this.#resource();
    const tracked = updateManagedFields({
      gvk: { group: resource.group, version: resource.version, kind: resource.kind },
      schema: resource.schema,
      manager: "kube-apiserver",
      subresource: "status",
      now: new Date(this.#api.clock.now()),
      live,
      object: asObject(draft),
      emptyObject: { spec: {}, status: {} },
    });
    const bytes = this.#api.store.encode(resource, tracked);
    // A lost race enqueues the key again by itself: whoever won has changed the object.
    await this.#api.store.commit(resource, {
      key: stored.key,
      object: tracked,
      bytes,
      expected: stored.revision,
    });
  }

  /** Deletes the objects of a CRD that is being deleted; when none is left the CRD goes, too. */
  async #finalize(stored: StoredObject, object: KubeObject): Promise<void> {
    const { store } = this.#api;
    const finalizers = strings(child(asJson(object), "metadata"), "finalizers");
    if (!finalizers.includes(CLEANUP_FINALIZER)) return;
    const before = child(asJson(object), "status") ?? {};
    const status = withCondition(before, {
      type: "Terminating",
      status: "True",
      lastTransitionTime: timestamp(this.#api.clock),
      reason: "InstanceDeletionInProgress",
      message: "CustomResource deletion is in progress",
    });
    // The write brings the key back here.
    if (!jsonEqual(status, before)) return this.#writeStatus(stored, object, status);
    const left = await this.#deleteInstances(readDefinition(asJson(object)));
    if (left > 0) return;
    const rest = finalizers.filter((name) => name !== CLEANUP_FINALIZER);
    if (rest.length === 0) {
      await store.remove(stored.key, stored.revision);
      return;
    }
    const draft = copyForMeta(asJson(object));
    metaOf(draft)["finalizers"] = rest;
    await this.#write(stored, object, draft);
  }

  /** How many objects are left because of finalizers of their own. */
  async #deleteInstances(definition: CustomDefinition): Promise<number> {
    const { store } = this.#api;
    const prefix = `/${definition.group}/${definition.names.plural}/`;
    const resource = this.#anyVersion(definition);
    if (resource === undefined) return 0;
    const { entries } = await store.range(prefix, {});
    let left = 0;
    for (const entry of entries) {
      const metadata = child(asJson(store.parse(resource, entry)), "metadata");
      if (strings(metadata, "finalizers").length === 0) {
        const removed = await store.remove(entry.key, entry.revision);
        if (removed.kind === "conflict") left += 1;
        continue;
      }
      left += 1;
      if (text(metadata, "deletionTimestamp") === "") await this.#markInstance(resource, entry);
    }
    return left;
  }

  #anyVersion(definition: CustomDefinition): Resource | undefined {
    return definition.versions
      .map((version) => this.#api.registry.find(definition.group, version.name, definition.names.plural))
      .find((resource) => resource !== undefined);
  }

  async #markInstance(resource: Resource, entry: StoredObject): Promise<void> {
    const { store, clock } = this.#api;
    const draft = copyForMeta(asJson(store.parse(resource, entry)));
    const metadata = metaOf(draft);
    metadata["deletionTimestamp"] = timestamp(clock);
    metadata["deletionGracePeriodSeconds"] = 0;
    if (typeof metadata["generation"] === "number") metadata["generation"] += 1;
    const object = asObject(draft);
    await store.commit(resource, {
      key: entry.key,
      object,
      bytes: store.encode(resource, object),
      expected: entry.revision,
    });
  }
}

/** Marks a CRD as being deleted: the first thing a DELETE of it does. */
export function markTerminating(draft: Draft, now: string): void {
  const metadata = metaOf(draft);
  const finalizers = strings(metadata, "finalizers");
  if (!finalizers.includes(CLEANUP_FINALIZER)) metadata["finalizers"] = [...finalizers, CLEANUP_FINALIZER];
  if (children(child(draft, "status"), "conditions").some((condition) => condition["type"] === "Terminating"))
    return;
  draft["status"] = withCondition(child(draft, "status") ?? {}, {
    type: "Terminating",
    status: "True",
    lastTransitionTime: now,
    reason: "InstanceDeletionPending",
    message: "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
  });
}
