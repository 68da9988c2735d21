import type { TemplateDefinition } from "../parse/template-definition.ts";
import type { Machine } from "./machine.ts";

/** One step of a template: it reads and changes the machine that runs it, and nothing else. */
export type Step = (machine: Machine) => void;

/** A template's steps. They are immutable and shared by all who run it. */
export interface Program {
  readonly definition: TemplateDefinition;
  readonly steps: readonly Step[];
}
