import type { Clock, Logger, Random } from "@weir/core";
import type { Access } from "../auth/access.ts";
import type { AuditRecord } from "../audit/audit-record.ts";
import type { UserInfo } from "../auth/user-info.ts";
import type { ByteBudget } from "../flow/byte-budget.ts";
import type { ApiRequest } from "../http/api-request.ts";
import type { ResourceRequestInfo } from "../http/request-info.ts";
import type { Admission } from "../admission/admission.ts";
import type { ServiceAllocator } from "../services/service-allocator.ts";
import type { Changes } from "../watch/change.ts";
import type { CallWebhook } from "../webhooks/call-webhook.ts";
import type { ObjectStore } from "./object-store.ts";
import type { Registry } from "./registry.ts";
import type { Resource, Strategy } from "./resource.ts";

/** What every handler works with. */
export interface Api {
  readonly store: ObjectStore;
  readonly registry: Registry;
  readonly admission: Admission;
  readonly access: Access;
  readonly services: ServiceAllocator;
  /** What watches share of the changes of late. */
  readonly changes: Changes;
  /** Counts the bytes of long answers. */
  readonly budget: ByteBudget;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** How webhooks are asked; nobody is where it is absent. */
  readonly callWebhook: CallWebhook | undefined;
}

/** One request to a resource on its way through the handlers. */
export interface Call {
  readonly api: Api;
  readonly request: ApiRequest;
  readonly info: ResourceRequestInfo;
  readonly resource: Resource;
  /** The rules of the resource, or of the subresource that is written. */
  readonly strategy: Strategy;
  readonly user: UserInfo;
  /** Texts of `Warning` headers; handlers add to it. */
  readonly warnings: string[];
  /** Paths of lists and maps that the object that is written has without items. */
  readonly emptied: string[];
  /** Told what an audit log records of the request; absent where there is none. */
  readonly audit?: AuditRecord | undefined;
}

/** The time of a write as Kubernetes writes it: RFC 3339, UTC, whole seconds. */
export function timestamp(clock: Clock): string {
  return `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
}
