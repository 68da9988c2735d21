import { Service } from "@weir/builtin/core-v1";
import { changed, type Controller, createController } from "@weir/sdk";
import { simulatedStatus } from "./simulated-status.ts";
import type { WorkloadOptions } from "./workload-options.ts";
import { writeStatus } from "./write-status.ts";

/** Gives Services of the type LoadBalancer an address, from the range that is set aside for documentation. */
export function loadBalancerController({ statusAnnotation }: WorkloadOptions): Controller {
  let given = 0;
  return createController("loadbalancer", { component: "cloud-controller-manager" })
    .for(Service, {
      when: changed.any(
        changed.annotation(statusAnnotation),
        changed.value((service: Service) => service.spec?.type),
      ),
    })
    .reconcile(async (service, ctx) => {
      if (simulatedStatus(statusAnnotation, service.metadata) !== "ready") return;
      const isWanted = service.spec?.type === "LoadBalancer";
      const hasOne = (service.status?.loadBalancer?.ingress ?? []).length > 0;
      if (isWanted === hasOne) return;
      const ip = `192.0.2.${1 + (given++ % 254)}`;
      const loadBalancer = isWanted ? { ingress: [{ ip, ipMode: "VIP" }] } : {};
      await writeStatus(ctx, Service, service, { ...service.status, loadBalancer });
    });
}
