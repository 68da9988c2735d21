import type { Kind } from "@weir/client";
import type { InformerLease } from "./informers.ts";

/** Several leases of one kind, one per namespace, as one. */
export function joinLeases(
  kind: Kind<unknown, unknown>,
  leases: readonly InformerLease[],
  onDispose?: () => void,
): InformerLease {
  return {
    kind,
    get hasSynced() {
      return leases.every((lease) => lease.hasSynced);
    },
    get trouble() {
      return leases.find((lease) => lease.trouble !== undefined)?.trouble;
    },
    synced: async () => {
      await Promise.all(leases.map((lease) => lease.synced()));
    },
    subscribe: (handler) => {
      const subscriptions = leases.map((lease) => lease.subscribe(handler));
      return { [Symbol.dispose]: () => subscriptions.forEach((one) => one[Symbol.dispose]()) };
    },
    [Symbol.asyncDispose]: async () => {
      onDispose?.();
      await Promise.all(leases.map((lease) => lease[Symbol.asyncDispose]()));
    },
  };
}
