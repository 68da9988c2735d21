import { WeirError } from "@weir/core";
import { quoteGo } from "@weir/text";

/** A version of Kubernetes. */
export interface KubeVersion {
  /** As it was given, with a leading `v`: `v1.33.4-gke.1245000`. */
  readonly version: string;
  /** What constraints are checked against: `v1.33.4`. */
  readonly normalized: string;
  readonly major: string;
  readonly minor: string;
}

/** What a chart may know of the cluster and of Helm. */
export interface Capabilities {
  readonly kubeVersion: KubeVersion;
  /** `apps/v1`, and `apps/v1/Deployment` where the cluster told or a user says so. */
  readonly apiVersions: readonly string[];
}

/** A text is no version of Kubernetes; the message is Helm's. */
export class KubeVersionError extends WeirError {
  override readonly name = "KubeVersionError";
  readonly reason = "InvalidKubeVersion";
  readonly retry = "never";
}

/** The version that helm 4.2.3 assumes where none is given. */
export const DEFAULT_KUBE_VERSION: KubeVersion = {
  version: "v1.36.0",
  normalized: "v1.36.0",
  major: "1",
  minor: "36",
};

/** What helm 4.2.3 assumes a cluster to serve: no kinds, so that `.Has "apps/v1/Deployment"` is false. */
export const DEFAULT_API_VERSIONS: readonly string[] = [
  "v1",
  "admissionregistration.k8s.io/v1",
  "admissionregistration.k8s.io/v1alpha1",
  "admissionregistration.k8s.io/v1beta1",
  "internal.apiserver.k8s.io/v1alpha1",
  "apps/v1",
  "apps/v1beta1",
  "apps/v1beta2",
  "authentication.k8s.io/v1",
  "authentication.k8s.io/v1alpha1",
  "authentication.k8s.io/v1beta1",
  "authorization.k8s.io/v1",
  "authorization.k8s.io/v1beta1",
  "autoscaling/v1",
  "autoscaling/v2",
  "batch/v1",
  "batch/v1beta1",
  "certificates.k8s.io/v1",
  "certificates.k8s.io/v1beta1",
  "certificates.k8s.io/v1alpha1",
  "coordination.k8s.io/v1alpha2",
  "coordination.k8s.io/v1beta1",
  "coordination.k8s.io/v1",
  "discovery.k8s.io/v1",
  "discovery.k8s.io/v1beta1",
  "events.k8s.io/v1",
  "events.k8s.io/v1beta1",
  "extensions/v1beta1",
  "flowcontrol.apiserver.k8s.io/v1",
  "flowcontrol.apiserver.k8s.io/v1beta1",
  "flowcontrol.apiserver.k8s.io/v1beta2",
  "flowcontrol.apiserver.k8s.io/v1beta3",
  "networking.k8s.io/v1",
  "networking.k8s.io/v1beta1",
  "node.k8s.io/v1",
  "node.k8s.io/v1alpha1",
  "node.k8s.io/v1beta1",
  "policy/v1",
  "policy/v1beta1",
  "rbac.authorization.k8s.io/v1",
  "rbac.authorization.k8s.io/v1beta1",
  "rbac.authorization.k8s.io/v1alpha1",
  "resource.k8s.io/v1",
  "resource.k8s.io/v1beta2",
  "resource.k8s.io/v1beta1",
  "resource.k8s.io/v1alpha3",
  "scheduling.k8s.io/v1alpha2",
  "scheduling.k8s.io/v1beta1",
  "scheduling.k8s.io/v1",
  "storage.k8s.io/v1beta1",
  "storage.k8s.io/v1",
  "storage.k8s.io/v1alpha1",
  "storagemigration.k8s.io/v1beta1",
  "apiextensions.k8s.io/v1beta1",
  "apiextensions.k8s.io/v1",
];

/** What helm assumes without a cluster, with the API versions that a user adds. */
export function capabilitiesOf(
  kubeVersion: KubeVersion = DEFAULT_KUBE_VERSION,
  extraApiVersions: readonly string[] = [],
): Capabilities {
  return { kubeVersion, apiVersions: [...DEFAULT_API_VERSIONS, ...extraApiVersions] };
}

const VERSION = /^[\t\n\f\r ]*v?([0-9]+(?:\.[0-9]+)*)(.*)$/;
const MAX_UINT64 = 2n ** 64n - 1n;

/**
 * Reads a version of Kubernetes as Helm does: two or more numbers, with anything behind them. Throws a
 * `KubeVersionError`.
 */
export function parseKubeVersion(text: string): KubeVersion {
  const numbers = VERSION.exec(text)?.[1];
  if (numbers === undefined) throw new KubeVersionError(`could not parse ${quoteGo(text)} as version`);
  const components = numbers.split(".");
  if (components.length < 2) throw new KubeVersionError(`illegal version string ${quoteGo(text)}`);
  const values = components.map((component, at) => readComponent(component, at, text));
  return {
    version: text.startsWith("v") ? text : `v${text}`,
    normalized: `v${values.join(".")}`,
    major: String(values[0]),
    minor: String(values[1]),
  };
}

function readComponent(component: string, at: number, text: string): bigint {
  if (at === 0 && component.startsWith("0") && component !== "0") {
    throw new KubeVersionError(
      `illegal zero-prefixed version component ${quoteGo(component)} in ${quoteGo(text)}`,
    );
  }
  const value = BigInt(component);
  if (value <= MAX_UINT64) return value;
  const problem = `strconv.ParseUint: parsing ${quoteGo(component)}: value out of range`;
  throw new KubeVersionError(
    `illegal non-numeric version component ${quoteGo(component)} in ${quoteGo(text)}: ${problem}`,
  );
}
