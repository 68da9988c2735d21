export type { ProgramDeps } from "./empty-program.ts";
export { createProgram } from "./program.ts";
export { runLint } from "./lint/run-lint.ts";
export { runTemplate } from "./template/run-template.ts";
export { type Environment } from "./environment.ts";
