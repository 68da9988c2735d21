export { type TemplateRun } from "./template-run.ts";
