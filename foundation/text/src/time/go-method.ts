import { GoCallError, type GoArgument, type GoFunction } from "../go-value/go-function.ts";
import type { GoType, GoValue } from "../go-value/go-value.ts";

/** A method's signature and what it does to its receiver. */
export interface GoMethod<Receiver> {
  readonly params: readonly GoType[];
  readonly result: GoType;
  /** As that of a `GoFunction`. */
  readonly problem?: string;
  readonly call: (receiver: Receiver, args: readonly GoArgument[], run: unknown) => GoValue;
}

/** The methods of a type by name. */
export type GoMethods<Receiver> = ReadonlyMap<string, GoMethod<Receiver>>;

/** Binds a method to its receiver, for a template to call. */
export function bindGoMethod<Receiver>(
  methods: GoMethods<Receiver>,
  name: string,
  receiver: Receiver,
): GoFunction | undefined {
  const method = methods.get(name);
  if (method === undefined) return undefined;
  const { params, result, problem } = method;
  const call: GoFunction["call"] = (args, run) => method.call(receiver, args, run);
  return { name, params, result, ...(problem === undefined ? {} : { problem }), call };
}

/** An argument that the caller has converted to text. */
export function textArgument(argument: GoArgument | undefined): string {
  if (typeof argument === "string") return argument;
  throw new GoCallError("expected a string");
}

/** An argument that the caller has converted to an integer. */
export function integerArgument(argument: GoArgument | undefined): bigint {
  if (typeof argument === "bigint") return argument;
  throw new GoCallError("expected an integer");
}
