import type { Kind } from "@weir/client";
import { formatMicroTime, type ObjectMeta } from "@weir/objects";
import type { ElectionSettings } from "./election-settings.ts";

/** The spec of a Lease; every field may be missing. */
export interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

/** A record of who leads, as the API holds it. */
export interface Lease {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
  readonly spec?: LeaseSpec;
}

export const LEASE: Kind<Lease> = {
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  scope: "Namespaced",
};

/** The lease as its holder renews it, or as a new holder takes it over from `before`. */
export function takenLease(before: Lease | undefined, settings: ElectionSettings, nowMs: number): Lease {
  const now = formatMicroTime(nowMs);
  const spec = before?.spec ?? {};
  const isRenewal = spec.holderIdentity === settings.identity;
  const transitions = spec.leaseTransitions ?? 0;
  return {
    metadata: before?.metadata ?? newMetadata(settings),
    spec: {
      ...spec,
      holderIdentity: settings.identity,
      // Rounded up: others must never count fewer seconds than the holder relies on.
      leaseDurationSeconds: Math.ceil(settings.leaseDurationMs / 1000),
      acquireTime: isRenewal ? (spec.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: isRenewal || before === undefined ? transitions : transitions + 1,
    },
  };
}

/** The lease as its holder gives it up: nobody's, and over at once. */
export function releasedLease(held: Lease, nowMs: number): Lease {
  const now = formatMicroTime(nowMs);
  return {
    metadata: held.metadata,
    spec: { ...held.spec, holderIdentity: "", leaseDurationSeconds: 1, acquireTime: now, renewTime: now },
  };
}

function newMetadata({ name, namespace, labels }: ElectionSettings): ObjectMeta {
  return Object.keys(labels).length === 0 ? { name, namespace } : { name, namespace, labels };
}
