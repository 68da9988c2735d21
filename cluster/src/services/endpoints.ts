import type { Pod, Service } from "@weir/builtin/core-v1";
import type { JsonObject, JsonValue } from "@weir/core";
import { controllerReference } from "../workloads/controller-reference.ts";
import { isPodFinished, isPodReady } from "../workloads/pod-status.ts";
import { templateHash } from "../workloads/pod-template.ts";

/** As many endpoints as one slice holds. */
const MOST_PER_SLICE = 100;
const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const SERVICE_NAME = "kubernetes.io/service-name";
const HEADLESS = "service.kubernetes.io/headless";

/** Who keeps slices, as their label says. */
export const SLICE_CONTROLLER = "endpointslice-controller.k8s.io";

/** A Service and the pods that its selector chooses. */
export interface ServiceObservation {
  readonly service: Service;
  readonly pods: readonly Pod[];
}

interface Port {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly appProtocol?: string;
}

/** Whether endpoints are kept for a Service; those without a selector have theirs from somebody else. */
export function hasOwnEndpoints({ metadata, spec }: Service): boolean {
  return (
    metadata.deletionTimestamp === undefined &&
    spec?.type !== "ExternalName" &&
    Object.keys(spec?.selector ?? {}).length > 0
  );
}

/** Whether a Service's selector chooses a pod. */
export function selects({ spec }: Service, { metadata }: Pick<Pod, "metadata">): boolean {
  const selector = Object.entries(spec?.selector ?? {});
  return selector.length > 0 && selector.every(([label, value]) => metadata.labels?.[label] === value);
}

/** The slices of a Service: pods whose ports are the same share them, in the order of their names. */
export function endpointSlices({ service, pods }: ServiceObservation): readonly JsonObject[] {
  const { metadata } = service;
  const groups = podsByPorts(service, pods.filter(hasAddress));
  // A Service without pods has one slice that says so.
  if (groups.size === 0) groups.set("", { ports: [], pods: [] });
  const slices: JsonObject[] = [];
  for (const group of groups.values()) {
    for (let first = 0; first === 0 || first < group.pods.length; first += MOST_PER_SLICE) {
      slices.push({
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: {
          name: `${metadata.name}-${templateHash({ uid: metadata.uid ?? "", index: slices.length }).slice(0, 5)}`,
          namespace: metadata.namespace ?? "",
          labels: {
            ...labelsOf(service),
            [SERVICE_NAME]: metadata.name ?? "",
            [MANAGED_BY]: SLICE_CONTROLLER,
          },
          ownerReferences: [controllerReference("v1", "Service", metadata)] as unknown as JsonValue,
        },
        addressType: "IPv4",
        endpoints: group.pods.slice(first, first + MOST_PER_SLICE).map((pod) => endpointOf(service, pod)),
        ports: group.ports as unknown as JsonValue,
      });
    }
  }
  return slices;
}

/** The Endpoints of a Service, which tell the same in the older way. */
export function endpointsOf({ service, pods }: ServiceObservation): JsonObject {
  const { metadata, spec } = service;
  const always = spec?.publishNotReadyAddresses === true;
  const isShown = (pod: Pod): boolean =>
    hasAddress(pod) && (always || pod.metadata.deletionTimestamp === undefined);
  const subsets = [...podsByPorts(service, pods.filter(isShown)).values()].map((group) => {
    const isReady = (pod: Pod): boolean => always || isPodReady(pod);
    return {
      ...nonEmpty(
        "addresses",
        group.pods.filter(isReady).map((pod) => addressOf(service, pod)),
      ),
      ...nonEmpty(
        "notReadyAddresses",
        group.pods.filter((pod) => !isReady(pod)).map((pod) => addressOf(service, pod)),
      ),
      ...nonEmpty(
        "ports",
        group.ports.map(({ name, ...port }) => ({ ...(name === "" ? {} : { name }), ...port })),
      ),
    };
  });
  return {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: {
      name: metadata.name ?? "",
      namespace: metadata.namespace ?? "",
      labels: { ...labelsOf(service), "endpoints.kubernetes.io/managed-by": "endpoint-controller" },
    },
    ...nonEmpty("subsets", subsets as unknown as readonly JsonValue[]),
  };
}

function nonEmpty(field: string, list: readonly unknown[]): JsonObject {
  return list.length === 0 ? {} : { [field]: list as readonly JsonValue[] };
}

function labelsOf({ metadata, spec }: Service): Readonly<Record<string, string>> {
  const { [HEADLESS]: _, [SERVICE_NAME]: __, [MANAGED_BY]: ___, ...labels } = metadata.labels ?? {};
  const isHeadless = spec?.clusterIP === undefined || spec.clusterIP === "" || spec.clusterIP === "None";
  return isHeadless ? { ...labels, [HEADLESS]: "" } : labels;
}

/** A pod that has ended, or has no address yet, is behind no Service. */
function hasAddress(pod: Pod): boolean {
  return !isPodFinished(pod) && (pod.status?.podIP ?? "") !== "";
}

interface PortGroup {
  readonly ports: readonly Port[];
  readonly pods: Pod[];
}

function podsByPorts(service: Service, pods: readonly Pod[]): Map<string, PortGroup> {
  const groups = new Map<string, PortGroup>();
  for (const pod of pods.toSorted(byName)) {
    const ports = portsOf(service, pod);
    // A pod that has none of the ports that are asked for has nothing to offer.
    if (ports.length === 0 && (service.spec?.ports ?? []).length > 0) continue;
    const key = JSON.stringify(ports);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ports, pods: [pod] });
    else group.pods.push(pod);
  }
  return groups;
}

function byName(left: Pod, right: Pod): number {
  return (left.metadata.name ?? "") < (right.metadata.name ?? "") ? -1 : 1;
}

/** A named target port is the pod's container port of that name. */
function portsOf({ spec }: Service, pod: Pod): readonly Port[] {
  return (spec?.ports ?? []).flatMap(({ name = "", port, targetPort, protocol = "TCP", appProtocol }) => {
    const number =
      targetPort === undefined || targetPort === 0 ? port : portNumber(pod, targetPort, protocol);
    if (number === undefined) return [];
    return [{ name, port: number, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

function portNumber(pod: Pod, target: number | string, protocol: string): number | undefined {
  if (typeof target === "number") return target;
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  for (const { ports = [] } of [...(pod.spec?.containers ?? []), ...sidecars]) {
    const found = ports.find((port) => port.name === target && (port.protocol ?? "TCP") === protocol);
    if (found !== undefined) return found.containerPort;
  }
  return undefined;
}

function endpointOf(service: Service, pod: Pod): JsonObject {
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating);
  return {
    addresses: [pod.status?.podIP ?? ""],
    conditions: { ready, serving, terminating },
    ...hostnameOf(service, pod),
    targetRef: targetOf(pod),
    ...nodeOf(pod),
  };
}

function addressOf(service: Service, pod: Pod): JsonObject {
  return {
    ip: pod.status?.podIP ?? "",
    ...hostnameOf(service, pod),
    ...nodeOf(pod),
    targetRef: targetOf(pod),
  };
}

function nodeOf(pod: Pod): JsonObject {
  return pod.spec?.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName };
}

/** Pods of a StatefulSet are known by their names within its Service. */
function hostnameOf({ metadata }: Service, { spec, metadata: { namespace } }: Pod): JsonObject {
  const isOwn =
    spec?.hostname !== undefined && spec.subdomain === metadata.name && namespace === metadata.namespace;
  return isOwn ? { hostname: spec?.hostname ?? "" } : {};
}

function targetOf({ metadata }: Pod): JsonObject {
  const { namespace = "", name = "", uid = "" } = metadata;
  return { kind: "Pod", namespace, name, uid };
}
