import { badRequestError, invalidError } from "@weir/objects";
import {
  type FieldError,
  forbiddenField,
  invalidField,
  requiredField,
  tooLongField,
  unsupportedField,
} from "@weir/schema";
import { quoteGo } from "@weir/text";
import type { Draft } from "../resources/resource.ts";
import type { ApiRequest } from "./api-request.ts";

/** The options of a write, checked. */
export interface WriteOptions {
  readonly isDryRun: boolean;
  readonly fieldManager: string;
  readonly fieldValidation: "Strict" | "Warn" | "Ignore";
  readonly force: boolean;
}

/** Which options an endpoint takes, as their kind is named in messages. */
export type OptionsKind = "CreateOptions" | "UpdateOptions" | "PatchOptions";

const MAX_MANAGER_BYTES = 128;
const validations = ["", "Ignore", "Strict", "Warn"];

/** Reads and checks the options in a query; throws a 422 with every problem. */
export function readWriteOptions(request: ApiRequest, kind: OptionsKind, isApply = false): WriteOptions {
  const { query } = request;
  const dryRun = query.getAll("dryRun");
  const manager = query.get("fieldManager") ?? "";
  const validation = query.get("fieldValidation") ?? "";
  const force = query.get("force");
  const errors: FieldError[] = [];
  if (kind === "PatchOptions") errors.push(...patchErrors(force, manager, isApply));
  errors.push(...managerErrors(manager));
  if (dryRun.some((value) => value !== "All")) errors.push(unsupportedField("dryRun", dryRun, ["All"]));
  if (!validations.includes(validation))
    errors.push(unsupportedField("fieldValidation", validation, validations));
  if (errors.length > 0) throw invalidError({ group: "meta.k8s.io", kind }, "", errors);
  return {
    isDryRun: dryRun.length > 0,
    fieldManager: manager === "" ? managerOf(request.header("user-agent")) : manager,
    fieldValidation: validation === "Strict" || validation === "Ignore" ? validation : "Warn",
    force: force !== null && isForce(force),
  };
}

function patchErrors(force: string | null, manager: string, isApply: boolean): readonly FieldError[] {
  if (isApply) return manager === "" ? [requiredField("fieldManager", "is required for apply patch")] : [];
  return force === null ? [] : [forbiddenField("force", "may not be specified for non-apply patch")];
}

/** What strconv.ParseBool reads as true; anything that is no boolean is false. */
function isForce(value: string): boolean {
  return ["1", "t", "T", "TRUE", "true", "True"].includes(value);
}

function managerErrors(manager: string): readonly FieldError[] {
  if (Buffer.byteLength(manager) > MAX_MANAGER_BYTES)
    return [tooLongField("fieldManager", MAX_MANAGER_BYTES)];
  const errors: FieldError[] = [];
  let position = 0;
  for (const char of manager) {
    if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(char)) {
      const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
      errors.push(
        invalidField("fieldManager", manager, `invalid character U+${code} (at position ${position})`),
      );
    }
    position += Buffer.byteLength(char);
  }
  return errors;
}

/** The manager of a write that names none: the first word of the User-Agent. */
function managerOf(userAgent: string | undefined): string {
  const name = (userAgent ?? "").split("/")[0] ?? "";
  const printable = [...name].filter((char) => /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(char)).join("");
  return printable === "" ? "unknown" : printable.slice(0, MAX_MANAGER_BYTES);
}

/** Options of a delete, from its body and its query. */
export interface DeleteOptions {
  readonly isDryRun: boolean;
  readonly gracePeriodSeconds: number | undefined;
  readonly propagationPolicy: "Foreground" | "Background" | "Orphan" | undefined;
  readonly orphanDependents: boolean | undefined;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  /** Writes something more into an object that is marked for deletion. */
  readonly prepare?: (draft: Draft) => void;
  /** Whether admission looks at it; it does unless the deletion is part of something that it has looked at. */
  readonly isReviewed?: boolean;
}

/** An integer of a query, as strconv.ParseInt reads it; throws a 400 where it is none. */
export function queryInteger(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  const refuse = (why: string): Error =>
    badRequestError(`strconv.ParseInt: parsing ${quoteGo(value)}: ${why}`);
  if (!/^[+-]?\d+$/.test(value)) throw refuse("invalid syntax");
  const number = Number(value);
  if (!Number.isSafeInteger(number) && BigInt.asIntN(64, BigInt(value)) !== BigInt(value))
    throw refuse("value out of range");
  return number;
}
