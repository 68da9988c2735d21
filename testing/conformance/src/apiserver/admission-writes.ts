import type { RecordedRequest } from "./transcript.ts";

const WATCHED =
  /\/(?:resourcequotas|limitranges|priorityclasses|runtimeclasses|storageclasses|ingressclasses)(?:\/|$)/;

/** Whether a request writes what admission looks at: kube-apiserver sees such an object once its caches do. */
export function isAdmissionWrite({ method, path, query }: RecordedRequest): boolean {
  if (method === "GET" || query?.["dryRun"] !== undefined) return false;
  if (path.startsWith("/apis/admissionregistration.k8s.io/")) return true;
  return (
    WATCHED.test(path) ||
    /^\/api\/v1\/namespaces(?:\/[^/]+)?$/.test(path) ||
    path.endsWith("/serviceaccounts")
  );
}
