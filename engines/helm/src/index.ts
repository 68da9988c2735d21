export { type HelmValues } from "./values/helm-values.ts";
