import { child, children, list, text } from "../../resources/draft-access.ts";
import { type AdmissionPlugin, PODS } from "./plugin.ts";

const PATIENCE = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

/** A Pod stays on a node that is not ready for five minutes, unless it says otherwise. */
export const defaultTolerations: AdmissionPlugin = {
  name: "DefaultTolerationSeconds",
  prefixes: [PODS],
  mutate({ request, object }) {
    if (request.subresource !== "") return;
    const spec = child(object, "spec") ?? {};
    const own = children(spec, "tolerations");
    const missing = PATIENCE.filter(
      (key) =>
        !own.some(
          (toleration) =>
            (text(toleration, "key") === key || text(toleration, "key") === "") &&
            ["", "NoExecute"].includes(text(toleration, "effect")),
        ),
    );
    if (missing.length === 0) return;
    const added = missing.map((key) => ({
      key,
      operator: "Exists",
      effect: "NoExecute",
      tolerationSeconds: 300,
    }));
    object["spec"] = { ...spec, tolerations: [...list(spec, "tolerations"), ...added] };
  },
};
