import { GoObject, type GoValue } from "@weir/text";

class NoValue extends GoObject {
  override readonly type = "<invalid reflect.Value>";
  override readonly kind = "invalid";
  override text(): string {
    return "<invalid reflect.Value>";
  }
}

/**
 * What an expression without a value gives: a missing entry of a map, or nil at the end of a pipeline.
 *
 * Go has it beside nil, and functions see it where their parameter is a `reflect.Value`: the built-in ones. Every other
 * function gets nil for it, or the empty value of its type.
 */
export const NO_VALUE: GoValue = new NoValue();
