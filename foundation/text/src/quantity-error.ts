import { WeirError } from "@weir/core";

const PROBLEMS = {
  format: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  number: "unable to parse numeric part of quantity",
  suffix: "unable to parse quantity's suffix",
} as const;

/** A text is not a quantity; the message is apimachinery's. */
export class QuantitySyntaxError extends WeirError {
  override readonly name = "QuantitySyntaxError";
  readonly reason = "InvalidQuantity";
  readonly retry = "never";
  /** The part that cannot be read. */
  readonly part: keyof typeof PROBLEMS;

  constructor(part: keyof typeof PROBLEMS) {
    super(PROBLEMS[part]);
    this.part = part;
  }
}

/** A quantity has so many digits that writing them out would cost unbounded time or memory. */
export class QuantityRangeError extends WeirError {
  override readonly name = "QuantityRangeError";
  readonly reason = "InvalidQuantity";
  readonly retry = "never";
  readonly digits: number;

  constructor(digits: number) {
    super(`quantity of ${digits} digits is out of range`);
    this.digits = digits;
  }
}
