export { type BuildOptions, type BuildResult, buildKustomization, emitResources } from "./build.ts";
export { KustomizeError, type KustomizeErrorFields } from "./error.ts";
export { type BuildBudgets, type LoadRestrictor } from "./file/loader.ts";
