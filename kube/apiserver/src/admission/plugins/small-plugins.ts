import { child, children, text } from "../../resources/draft-access.ts";
import type { FollowedObjects } from "./followed-objects.ts";
import { type AdmissionPlugin, creates } from "./plugin.ts";
import { newestDefault } from "./storage-admission.ts";

const DEFAULT_INGRESS = "ingressclass.kubernetes.io/is-default-class";
const NOT_READY = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };

/** Gives Ingresses that name no class the default one. */
export function defaultIngressClass(classes: FollowedObjects): AdmissionPlugin {
  return {
    name: "DefaultIngressClass",
    prefixes: ["/networking.k8s.io/ingresses/"],
    mutate({ request, object }) {
      if (!creates(request)) return;
      const annotations = child(child(object, "metadata"), "annotations") ?? {};
      const spec = child(object, "spec") ?? {};
      if (typeof spec["ingressClassName"] === "string") return;
      if (Object.hasOwn(annotations, "kubernetes.io/ingress.class")) return;
      const name = newestDefault(classes.in(""), [DEFAULT_INGRESS]);
      if (name !== undefined) object["spec"] = { ...spec, ingressClassName: name };
    },
  };
}

/** Nothing runs on a node before it says that it is ready. */
export const nodeTaint: AdmissionPlugin = {
  name: "TaintNodesByCondition",
  prefixes: ["/core/nodes/"],
  mutate({ request, object }) {
    if (!creates(request)) return;
    const spec = child(object, "spec") ?? {};
    const taints = children(spec, "taints");
    const isThere = taints.some(
      (taint) => text(taint, "key") === NOT_READY.key && text(taint, "effect") === NOT_READY.effect,
    );
    if (!isThere) object["spec"] = { ...spec, taints: [...taints, NOT_READY] };
  },
};
