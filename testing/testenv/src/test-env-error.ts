import { WeirError } from "@weir/core";

/** Something was asked of a test environment that it cannot do as it is. */
export class TestEnvStateError extends WeirError {
  override readonly name = "TestEnvStateError";
  readonly reason = "InvalidTestEnvState";
  readonly retry = "never";
}

/** The controllers of a test environment were ended as by a crash; their requests end with this. */
export class ControllersCrashedError extends WeirError {
  override readonly name = "ControllersCrashedError";
  readonly reason = "ControllersCrashed";
  readonly retry = "never";

  constructor() {
    super("the controllers have crashed");
  }
}
