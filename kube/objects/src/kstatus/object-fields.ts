import { type JsonObject, type JsonValue, WeirError } from "@weir/core";
import { formatGoValue, goTypeName } from "../go-text.ts";
import { isJsonArray, isJsonObject, ownValue } from "../json-object.ts";

/** A field of another type than kstatus asks for; the message is apimachinery's. */
export class ObjectFieldError extends WeirError {
  override readonly name = "ObjectFieldError";
  readonly reason = "InvalidObject";
  readonly retry = "next-interval";
}

/** A condition as kstatus reads it; what is missing is empty. */
export interface BasicCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** What JSON numbers were decoded to: the API machinery gives int64 to integers, encoding/json gives float64 to all. */
export type NumberDecoding = "int64" | "float64";

/** Reads fields of an object as apimachinery's unstructured helpers do. */
export class ObjectFields {
  readonly #object: JsonObject;
  readonly #numbers: NumberDecoding;

  constructor(object: JsonObject, numbers: NumberDecoding) {
    this.#object = object;
    this.#numbers = numbers;
  }

  /** A text, or the fallback where the field is missing or no text. */
  text(path: string, fallback: string): string {
    const value = this.#lenient(path);
    return typeof value === "string" ? value : fallback;
  }

  /** An integer, or the fallback where the field is missing or no integer. */
  integer(path: string, fallback: number): number {
    const value = this.#lenient(path);
    return isInteger(value) && this.#numbers === "int64" ? Number(value) : fallback;
  }

  /** A text that must be one where the field is there; `undefined` where it is not. */
  strictText(path: string): string | undefined {
    const value = this.#strict(path);
    if (value === undefined || typeof value === "string") return value;
    throw this.#wrongType(path, value, "string");
  }

  /** An integer that must be one where the field is there; `undefined` where it is not. */
  strictInteger(path: string): number | bigint | undefined {
    const value = this.#strict(path);
    if (value === undefined) return undefined;
    if (isInteger(value) && this.#numbers === "int64") return value;
    throw this.#wrongType(path, value, "int64");
  }

  /** A list, or nothing where the field is missing or no list. */
  list(path: string): readonly JsonValue[] {
    const value = this.#lenient(path);
    return isJsonArray(value) ? value : [];
  }

  /** `status.conditions`, read into a struct as the unstructured converter does. */
  conditions(): readonly BasicCondition[] {
    const status = ownValue(this.#object, "status") ?? null;
    if (status === null) return [];
    if (!isJsonObject(status)) throw cannot("restore struct from:", this.#kind(status));
    const conditions = ownValue(status, "conditions") ?? null;
    if (conditions === null) return [];
    if (!isJsonArray(conditions)) throw cannot("restore slice from", this.#kind(conditions));
    return conditions.map((condition) => this.#condition(condition));
  }

  #condition(condition: JsonValue): BasicCondition {
    if (condition === null) return { type: "", status: "", reason: "", message: "" };
    if (!isJsonObject(condition)) throw cannot("restore struct from:", this.#kind(condition));
    return {
      type: this.#conditionText(condition, "type"),
      status: this.#conditionText(condition, "status"),
      reason: this.#conditionText(condition, "reason"),
      message: this.#conditionText(condition, "message"),
    };
  }

  #conditionText(condition: JsonObject, name: string): string {
    const value = ownValue(condition, name) ?? null;
    if (value === null) return "";
    if (typeof value === "string") return value;
    const target = name === "status" ? "v1.ConditionStatus" : "string";
    throw cannot(`convert ${this.#type(value)} to`, target);
  }

  #strict(path: string): JsonValue | undefined {
    let value: JsonValue = this.#object;
    let walked = "";
    for (const name of path.split(".")) {
      if (value === null) return undefined;
      if (!isJsonObject(value)) throw this.#wrongType(walked, value, "map[string]interface{}");
      const next = ownValue(value, name);
      if (next === undefined) return undefined;
      value = next;
      walked = walked === "" ? name : `${walked}.${name}`;
    }
    return value;
  }

  #lenient(path: string): JsonValue | undefined {
    let value: JsonValue | undefined = this.#object;
    for (const name of path.split(".")) value = isJsonObject(value) ? ownValue(value, name) : undefined;
    return value;
  }

  #wrongType(path: string, value: JsonValue, expected: string): ObjectFieldError {
    const shown = formatGoValue(value);
    return new ObjectFieldError(
      `.${path} accessor error: ${shown} is of the type ${this.#type(value)}, expected ${expected}`,
    );
  }

  #type(value: JsonValue): string {
    const type = goTypeName(value);
    return type === "int64" ? this.#numbers : type;
  }

  #kind(value: JsonValue): string {
    if (isJsonArray(value)) return "slice";
    return isJsonObject(value) ? "map" : this.#type(value);
  }
}

function isInteger(value: JsonValue | undefined): value is number | bigint {
  return typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
}

function cannot(what: string, kind: string): ObjectFieldError {
  return new ObjectFieldError(`cannot ${what} ${kind}`);
}
