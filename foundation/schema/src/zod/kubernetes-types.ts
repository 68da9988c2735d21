import type { JsonObject, JsonValue } from "@weir/core";
import { z } from "zod";

const QUANTITY =
  "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$";

/** Units that a duration may be written in. */
export type DurationUnit = "ms" | "s" | "m" | "h";

/**
 * A duration in Go's syntax, as Flux writes it: `1m30s`, `1.5h`.
 *
 * The pattern takes the given units, each number with one of them; all four by default.
 */
export function duration(
  units: readonly [DurationUnit, ...DurationUnit[]] = ["ms", "s", "m", "h"],
): z.ZodString {
  return z.string().regex(new RegExp(`^([0-9]+(\\.[0-9]+)?(${units.join("|")}))+$`));
}

/** An amount of a resource: `500m`, `1Gi`, `2`. */
export function quantity(): z.ZodUnion<readonly [z.ZodInt, z.ZodString]> {
  return z.union([z.int(), z.string()]).meta({ pattern: QUANTITY });
}

/** An integer or a text, such as a port's number or name. */
export function intOrString(): z.ZodUnion<readonly [z.ZodInt, z.ZodString]> {
  return z.union([z.int(), z.string()]);
}

/** An integer of 32 bits. */
export function int32(): z.ZodInt {
  return z.int().meta({ format: "int32" });
}

/** An integer of 64 bits. Its type is `number`, which is exact up to 2^53. */
export function int64(): z.ZodInt {
  return z.int().meta({ format: "int64" });
}

/** A moment as RFC 3339 writes it, with any offset. */
export function timestamp(): z.ZodISODateTime {
  return z.iso.datetime({ offset: true });
}

/** Any JSON value, kept as it is. */
export function preserveUnknown(): z.ZodType<JsonValue, JsonValue> {
  return z.custom<JsonValue>().meta({ "x-kubernetes-preserve-unknown-fields": true });
}

/** Any JSON object, kept as it is. */
export function preserveUnknownObject(): z.ZodType<JsonObject, JsonObject> {
  return z.custom<JsonObject>().meta({ type: "object", "x-kubernetes-preserve-unknown-fields": true });
}

/** A whole Kubernetes object inside another: its `apiVersion`, `kind` and `metadata` are checked, the rest is kept. */
export interface EmbeddedResource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: JsonObject;
  readonly [field: string]: JsonValue | undefined;
}

/** A field that holds a whole Kubernetes object of any kind. */
export function embeddedResource(): z.ZodType<EmbeddedResource, EmbeddedResource> {
  return z.custom<EmbeddedResource>().meta({
    type: "object",
    "x-kubernetes-embedded-resource": true,
    "x-kubernetes-preserve-unknown-fields": true,
  });
}
