import type { Step } from "./program.ts";

/** A place among steps that is known only later. */
export interface Label {
  at: number;
}

/** Collects the steps of one template. */
export class Assembler {
  readonly steps: Step[] = [];
  /** How many steps declare variables: a structure without any need not drop them at its end. */
  declarations = 0;

  emit(step: Step): void {
    this.steps.push(step);
  }

  label(): Label {
    return { at: -1 };
  }

  /** Says that a label is where the next step goes. */
  place(label: Label): void {
    label.at = this.steps.length;
  }

  jump(label: Label): void {
    this.emit((machine) => {
      machine.pc = label.at;
    });
  }
}
