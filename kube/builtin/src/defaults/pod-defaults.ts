import {
  child,
  children,
  type Draft,
  ensureChild,
  isDraft,
  roundUpResources,
  setDefault,
  setDefaultNumber,
  setMissing,
} from "./draft.ts";
import { defaultPodResources } from "./pod-resource-defaults.ts";

const FILE_MODE = 0o644;

/** Sources of a volume; a volume with none of them is an empty directory. */
const containerLists = ["containers", "initContainers", "ephemeralContainers"] as const;

/** Defaults of a PodSpec wherever it stands: in a Pod or in a template. */
export function defaultPodSpec(spec: Draft): void {
  setDefault(spec, "dnsPolicy", "ClusterFirst");
  setDefault(spec, "restartPolicy", "Always");
  setDefault(spec, "terminationGracePeriodSeconds", 30);
  setDefault(spec, "schedulerName", "default-scheduler");
  ensureChild(spec, "securityContext");
  roundUpResources(spec, "overhead");
  roundUpResources(child(spec, "resources"), "limits", "requests");
  if (typeof spec["serviceAccountName"] === "string" && spec["serviceAccountName"] !== "") {
    spec["serviceAccount"] = spec["serviceAccountName"];
  } else if (typeof spec["serviceAccount"] === "string" && spec["serviceAccount"] !== "") {
    spec["serviceAccountName"] = spec["serviceAccount"];
  }
  for (const list of containerLists) {
    for (const container of children(spec, list)) defaultContainer(container, list);
  }
  for (const volume of children(spec, "volumes")) defaultVolume(volume);
  for (const constraint of children(spec, "topologySpreadConstraints")) {
    if (constraint["nodeAffinityPolicy"] === "") delete constraint["nodeAffinityPolicy"];
  }
}

/** What a Pod gets beyond its spec's defaults: requests that follow limits, service links. */
export function defaultPod(pod: Draft): void {
  const spec = ensureChild(pod, "spec");
  defaultPodSpec(spec);
  if (spec["enableServiceLinks"] === undefined) spec["enableServiceLinks"] = true;
  for (const list of ["containers", "initContainers"]) {
    for (const container of children(spec, list)) defaultRequests(container);
  }
  if (spec["resources"] !== undefined) defaultPodResources(spec);
  if (spec["hostNetwork"] === true) defaultHostPorts(spec);
  // Whatever is less than nothing is little.
  const grace = spec["terminationGracePeriodSeconds"];
  if ((typeof grace === "number" || typeof grace === "bigint") && grace < 0)
    spec["terminationGracePeriodSeconds"] = 1;
  dropInitAnnotations(pod);
  if (pod["status"] !== undefined) joinAddresses(child(pod, "status"));
}

/** The first of a Pod's addresses is its address; where both are told, the one counts. */
function joinAddresses(status: Draft | undefined): void {
  const ip = status?.["podIP"];
  const [first] = children(status, "podIPs");
  if (status === undefined) return;
  if (typeof ip === "string" && ip !== "" && first?.["ip"] !== ip) status["podIPs"] = [{ ip }];
  else if (first !== undefined) status["podIP"] = first["ip"] ?? "";
}

const INIT_ANNOTATIONS = [
  "pod.beta.kubernetes.io/init-containers",
  "pod.alpha.kubernetes.io/init-containers",
  "pod.beta.kubernetes.io/init-container-statuses",
  "pod.alpha.kubernetes.io/init-container-statuses",
];

/** Init containers were annotations once. */
function dropInitAnnotations(owner: Draft): void {
  const annotations = child(child(owner, "metadata"), "annotations");
  if (annotations !== undefined) for (const key of INIT_ANNOTATIONS) delete annotations[key];
}

/** Defaults of a `template` field: its metadata stands, its spec is a PodSpec. */
export function defaultPodTemplate(parent: Draft): void {
  const template = ensureChild(parent, "template");
  defaultPodSpec(ensureChild(template, "spec"));
  dropInitAnnotations(template);
}

function defaultRequests(container: Draft): void {
  const resources = child(container, "resources");
  const limits = child(resources, "limits");
  if (resources === undefined || limits === undefined) return;
  const requests = ensureChild(resources, "requests");
  for (const [name, limit] of Object.entries(limits)) {
    if (!Object.hasOwn(requests, name)) requests[name] = limit;
  }
}

function defaultContainer(container: Draft, list: (typeof containerLists)[number]): void {
  setDefault(container, "terminationMessagePath", "/dev/termination-log");
  setDefault(container, "terminationMessagePolicy", "File");
  if (list !== "ephemeralContainers" || container["imagePullPolicy"] === undefined) {
    setDefault(container, "imagePullPolicy", pullPolicy(container["image"]));
  }
  roundUpResources(ensureChild(container, "resources"), "limits", "requests");
  for (const port of children(container, "ports")) setDefault(port, "protocol", "TCP");
  for (const variable of children(container, "env")) {
    setDefault(child(child(variable, "valueFrom"), "fieldRef"), "apiVersion", "v1");
    const file = child(child(variable, "valueFrom"), "fileKeyRef");
    if (file !== undefined && file["optional"] === undefined) file["optional"] = false;
  }
  for (const name of ["livenessProbe", "readinessProbe", "startupProbe"])
    defaultProbe(child(container, name));
  for (const name of ["postStart", "preStop"])
    defaultHttpGet(child(child(child(container, "lifecycle"), name), "httpGet"));
  const context = child(container, "securityContext");
  if (context !== undefined && context["procMount"] === "") delete context["procMount"];
}

function defaultProbe(probe: Draft | undefined): void {
  if (probe === undefined) return;
  setDefaultNumber(probe, "timeoutSeconds", 1);
  setDefaultNumber(probe, "periodSeconds", 10);
  setDefaultNumber(probe, "successThreshold", 1);
  setDefaultNumber(probe, "failureThreshold", 3);
  defaultHttpGet(child(probe, "httpGet"));
  const grpc = child(probe, "grpc");
  if (grpc !== undefined && (grpc["service"] === undefined || grpc["service"] === null)) grpc["service"] = "";
}

function defaultHttpGet(action: Draft | undefined): void {
  setDefault(action, "path", "/");
  setDefault(action, "scheme", "HTTP");
}

const DOMAIN =
  "(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\\[[A-Fa-f0-9:]+\\])(?::\\d+)?/";
const PART = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const DIGEST = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,}";
/** The name of an image as it is read; groups: tag, digest. */
const IMAGE = new RegExp(`^(?:${DOMAIN})?${PART}(?:/${PART})*(?::(\\w[\\w.-]{0,127}))?(?:@(${DIGEST}))?$`);

/** `Always` for the tag `latest`, or where there is neither tag nor digest; else, and for what is no name, `IfNotPresent`. */
function pullPolicy(image: unknown): string {
  const found = typeof image === "string" ? IMAGE.exec(image) : null;
  if (found === null || /^[0-9a-f]{64}$/.test(found[0])) return "IfNotPresent";
  const [, tag, digest] = found;
  return tag === "latest" || (tag === undefined && digest === undefined) ? "Always" : "IfNotPresent";
}

function defaultHostPorts(spec: Draft): void {
  const containers = [...children(spec, "containers"), ...children(spec, "initContainers")];
  for (const port of containers.flatMap((container) => children(container, "ports"))) {
    if (typeof port["containerPort"] === "number") setDefaultNumber(port, "hostPort", port["containerPort"]);
  }
}

function defaultVolume(volume: Draft): void {
  if (Object.keys(volume).every((key) => key === "name")) volume["emptyDir"] = {};
  for (const name of ["secret", "configMap", "downwardAPI", "projected"]) {
    setDefault(child(volume, name), "defaultMode", FILE_MODE);
  }
  defaultFieldRefs(child(volume, "downwardAPI"));
  for (const source of children(child(volume, "projected"), "sources")) {
    defaultFieldRefs(child(source, "downwardAPI"));
    setDefault(child(source, "serviceAccountToken"), "expirationSeconds", 3600);
  }
  const hostPath = child(volume, "hostPath");
  if (hostPath !== undefined && hostPath["type"] === undefined) hostPath["type"] = "";
  const claim = child(child(volume, "ephemeral"), "volumeClaimTemplate");
  setMissing(child(claim, "spec"), "volumeMode", "Filesystem");
  roundUpResources(child(child(claim, "spec"), "resources"), "limits", "requests");
  const image = child(volume, "image");
  if (image !== undefined) setDefault(image, "pullPolicy", pullPolicy(image["reference"]));
  defaultRareVolume(volume);
}

function defaultFieldRefs(source: Draft | undefined): void {
  for (const item of children(source, "items")) setDefault(child(item, "fieldRef"), "apiVersion", "v1");
}

const rareVolumes: readonly (readonly [source: string, field: string, value: string | boolean])[] = [
  ["iscsi", "iscsiInterface", "default"],
  ["rbd", "pool", "rbd"],
  ["rbd", "user", "admin"],
  ["rbd", "keyring", "/etc/ceph/keyring"],
  ["azureDisk", "cachingMode", "ReadWrite"],
  ["azureDisk", "kind", "Shared"],
  ["azureDisk", "fsType", "ext4"],
  ["azureDisk", "readOnly", false],
  ["scaleIO", "storageMode", "ThinProvisioned"],
  ["scaleIO", "fsType", "xfs"],
];

/** Volume sources that only old manifests carry. */
export function defaultRareVolume(volume: Draft): void {
  for (const [source, field, value] of rareVolumes) {
    const found = volume[source];
    if (!isDraft(found)) continue;
    if (source === "azureDisk") setMissing(found, field, value);
    else setDefault(found, field, value);
  }
}
