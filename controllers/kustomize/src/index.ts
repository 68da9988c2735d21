export { type KustomizationControllerOptions } from "./kustomization/controller-options.ts";
export {
  kustomizationController,
  type KustomizationControllerDeps,
} from "./kustomization/kustomization-controller.ts";
export { KustomizationFailedError } from "./kustomization/kustomization-error.ts";
export { reportKustomization } from "./kustomization/report-kustomization.ts";
