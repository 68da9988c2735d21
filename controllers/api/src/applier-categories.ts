/** The categories of the appliers, by which `kubectl get fluxcd-appliers` finds them. */
export const applierCategories: readonly string[] = ["all", "fluxcd", "fluxcd-appliers"];
