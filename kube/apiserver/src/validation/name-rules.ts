import type { Resource } from "../resources/resource.ts";
import { canonicalIpErrors } from "./ip-errors.ts";
import { dns1123Label, dns1123Subdomain, type NameRule, pathSegmentName } from "./names.ts";

/** An address is named by itself, in its usual spelling. */
const ipAddressName: NameRule = (name) => canonicalIpErrors("", name).map(({ detail }) => detail);

const anyName: NameRule = () => [];

const rules: Readonly<Record<string, NameRule>> = {
  // Only their own group looks at names of Events.
  "/events": pathSegmentName,
  "/namespaces": dns1123Label,
  "/services": dns1123Label,
  "networking.k8s.io/ipaddresses": ipAddressName,
  "apps/statefulsets": dns1123Label,
  // Its rules look at the spec alone, so it may have any name that a path may.
  "policy/poddisruptionbudgets": pathSegmentName,
  "rbac.authorization.k8s.io/roles": pathSegmentName,
  "rbac.authorization.k8s.io/rolebindings": pathSegmentName,
  "rbac.authorization.k8s.io/clusterroles": pathSegmentName,
  "rbac.authorization.k8s.io/clusterrolebindings": pathSegmentName,
  "certificates.k8s.io/certificatesigningrequests": anyName,
  "apiregistration.k8s.io/apiservices": pathSegmentName,
};

/** How objects of a resource are named; a DNS subdomain unless said otherwise. */
export function nameRuleOf(resource: Resource): NameRule {
  return rules[`${resource.group}/${resource.plural}`] ?? dns1123Subdomain;
}
