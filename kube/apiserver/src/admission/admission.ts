import type { JsonObject } from "@weir/core";
import { failure, forbiddenError, type KubeObject, notFoundError } from "@weir/objects";
import type { FieldError } from "@weir/schema";
import { asJson, child, text } from "../resources/draft-access.ts";
import type { PartKind } from "./part-kind.ts";
import type { ObjectStore } from "../resources/object-store.ts";
import type { Registry } from "../resources/registry.ts";
import { type Draft, groupResource, type Resource, type WriteContext } from "../resources/resource.ts";

/** A write on its way to the store, as admission sees it. */
export interface AdmissionRequest {
  readonly operation: "create" | "update" | "delete" | "connect";
  readonly resource: Resource;
  readonly subresource: string;
  /** What a subresource speaks, where that is not the resource itself. */
  readonly part?: PartKind;
  readonly namespace: string;
  readonly name: string;
  readonly context: WriteContext;
  /** What CreateOptions, UpdateOptions or DeleteOptions say besides the dry run, for who reviews the write. */
  readonly options?: JsonObject;
}

/** Looks at writes before they are validated, and again before they are stored. */
export interface Admission {
  /** May change the object. */
  mutate(request: AdmissionRequest, object: Draft, old: KubeObject | undefined): Promise<void>;
  /** May refuse the write. */
  validate(
    request: AdmissionRequest,
    object: KubeObject | undefined,
    old: KubeObject | undefined,
  ): Promise<readonly FieldError[]>;
}

/** Namespaces that are always there. */
const immortal = new Set(["default", "kube-system", "kube-public"]);

/** Nothing is created in a namespace that is missing or going away, and some namespaces never go. */
export class NamespaceLifecycle implements Admission {
  readonly #store: ObjectStore;
  readonly #registry: Registry;

  constructor(store: ObjectStore, registry: Registry) {
    this.#store = store;
    this.#registry = registry;
  }

  async mutate(request: AdmissionRequest): Promise<void> {
    const { operation, resource, namespace, name } = request;
    if (
      operation === "delete" &&
      resource.group === "" &&
      resource.plural === "namespaces" &&
      immortal.has(name)
    ) {
      throw forbiddenError(groupResource(resource), name, "this namespace may not be deleted");
    }
    if (operation !== "create" || !resource.isNamespaced || namespace === "") return;
    if (isAlwaysAllowed(resource)) return;
    const found = await this.#namespace(namespace);
    if (found === undefined) throw notFoundError({ group: "", resource: "namespaces" }, namespace);
    if (text(child(asJson(found), "status"), "phase") !== "Terminating") return;
    throw terminating(request);
  }

  async validate(): Promise<readonly FieldError[]> {
    return [];
  }

  async #namespace(name: string): Promise<KubeObject | undefined> {
    const namespaces = this.#registry.find("", "v1", "namespaces");
    if (namespaces === undefined) return undefined;
    const stored = await this.#store.get(`${namespaces.storagePrefix}${name}`);
    return stored === undefined ? undefined : this.#store.object(namespaces, stored);
  }
}

/** Reviews are questions, not objects. */
function isAlwaysAllowed(resource: Resource): boolean {
  return resource.group === "authorization.k8s.io" && resource.plural === "localsubjectaccessreviews";
}

function terminating(request: AdmissionRequest): Error {
  const { resource, namespace, name } = request;
  const subject = name === "" ? qualified(resource) : `${qualified(resource)} "${name}"`;
  return failure({
    reason: "Forbidden",
    code: 403,
    message: `${subject} is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
    details: {
      name,
      group: resource.group,
      kind: resource.plural,
      causes: [
        {
          reason: "NamespaceTerminating",
          message: `namespace ${namespace} is being terminated`,
          field: "metadata.namespace",
        },
      ],
    },
  });
}

function qualified(resource: Resource): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}
