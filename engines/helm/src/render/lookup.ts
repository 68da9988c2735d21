import { type JsonObject, WeirError } from "@weir/core";

/** What a template asks a cluster for: an object, or where `name` is empty all of a kind. */
export interface LookupRequest {
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty for all namespaces, and for objects that have none. */
  readonly namespace: string;
  readonly name: string;
}

/** Asks a cluster; an object that there is not is `{}`. */
export type Lookup = (request: LookupRequest) => Promise<JsonObject>;

/** A render needs an answer before it can go on; nothing of it is kept. */
export class LookupPendingError extends WeirError {
  override readonly name = "LookupPendingError";
  readonly reason = "LookupPending";
  readonly retry = "never";
  readonly request: LookupRequest;

  constructor(request: LookupRequest) {
    super(`lookup of ${request.kind} ${request.namespace}/${request.name} has no answer yet`);
    this.request = request;
  }
}

/** What tells requests apart. */
export function lookupKey({ apiVersion, kind, namespace, name }: LookupRequest): string {
  return JSON.stringify([apiVersion, kind, namespace, name]);
}
