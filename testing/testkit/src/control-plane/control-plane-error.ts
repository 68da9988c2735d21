import { WeirError } from "@weir/core";

/** A program of the control plane did not start, or ended by itself; holds the end of what it said. */
export class ControlPlaneError extends WeirError {
  override readonly name = "ControlPlaneError";
  readonly reason = "ControlPlaneFailed";
  readonly retry = "never";
  readonly program: string;
  readonly output: string;

  constructor(program: string, what: string, output: string) {
    super(`${program} ${what}${output === "" ? "" : `:\n${output}`}`);
    this.program = program;
    this.output = output;
  }
}
