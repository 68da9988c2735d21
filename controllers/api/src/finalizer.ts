/** The finalizer of every Flux object that a controller reconciles. */
export const FINALIZER = "finalizers.fluxcd.io";
