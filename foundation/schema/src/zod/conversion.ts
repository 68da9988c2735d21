import type { z } from "zod";
import { UnsupportedTypeError } from "../schema-error.ts";
import type { SchemaNode } from "../schema-node.ts";

/** A zod type as its parts see each other. */
export type AnyType = z.core.$ZodType;

/** What a check of a zod type says of itself. */
export type CheckDef = z.core.$ZodChecks["_zod"]["def"];

/** Where a conversion is, and how it goes on with what is inside. */
export interface Conversion {
  /** The place in the type: `spec.sources[].name`. */
  readonly path: string;
  /** Converts a type inside this one; `step` is put behind the path. */
  convert(type: AnyType, step: string): SchemaNode;
  /** Refuses the type at this place. */
  refuse(problem: string): never;
}

/** The step from an object to a field. */
export function fieldStep(path: string, name: string): string {
  return path === "" ? name : `.${name}`;
}

/** Refuses what stands at a path. */
export function refuseType(path: string, problem: string, construct: string): never {
  throw new UnsupportedTypeError(path, problem, construct);
}

function allChecks(type: AnyType): readonly (CheckDef | { readonly check: "custom" })[] {
  const def = type._zod.def as AnyType["_zod"]["def"] & { readonly check?: string };
  // zod types its checks by what they accept; what is read here is what each says of itself.
  const listed = (def.checks ?? []).map((check) => check._zod.def as unknown as CheckDef);
  return def.check === undefined ? listed : [def as unknown as CheckDef, ...listed];
}

/** The checks of a type that may have a keyword, its own included where the type is one (`z.int()`, `z.email()`). */
export function checksOf(type: AnyType): readonly CheckDef[] {
  return allChecks(type).filter((def) => def.check !== "custom");
}

/** Whether a type has a check that is a function. */
export function isRefined(type: AnyType): boolean {
  return allChecks(type).some((def) => def.check === "custom");
}

/** Refuses a check that no keyword stands for. */
export function refuseCheck(conversion: Conversion, check: string): never {
  return conversion.refuse(
    check === "overwrite"
      ? "the API server stores a value as it is written, so nothing may change it"
      : `the check ${check} has no keyword`,
  );
}
