import type { HelmFlag } from "../template/helm-flags.ts";
import { GLOBAL_FLAGS, VALUE_FLAGS } from "../template/template-flags.ts";

/** All flags of `helm lint`. */
export const LINT_FLAGS: readonly HelmFlag[] = [
  ...VALUE_FLAGS,
  { name: "strict", kind: "bool", help: "fail on warnings, too" },
  { name: "quiet", kind: "bool", help: "print warnings and errors only" },
  { name: "with-subcharts", kind: "bool", help: "lint the charts that lie below charts/, too" },
  { name: "skip-schema-validation", kind: "bool", help: "do not check the values against schemas" },
  { name: "kube-version", kind: "text", help: "Kubernetes version that charts are checked for" },
  ...GLOBAL_FLAGS,
  { name: "help", short: "h", kind: "bool" },
];
