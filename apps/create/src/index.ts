export { CreateError } from "./create-error.ts";
export { type CreateOptions, createPackage, type CreateSurroundings } from "./create-package.ts";
export { type PackedPackage, scaffoldFiles } from "./scaffold-files.ts";
export { kindOf, type ScaffoldNames, scaffoldNames, type WantedNames } from "./scaffold-names.ts";
export { terminalQuestions, type TerminalQuestions } from "./terminal-questions.ts";
