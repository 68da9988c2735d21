export { createProgram, type ProgramDeps } from "./program.ts";
