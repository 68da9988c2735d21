import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  INT,
  STRING,
  TIMESTAMP,
  UINT,
  wrapperOf,
} from "./cel-type.ts";
import { CelDuration, CelTimestamp, CelUint, type CelValue } from "./value.ts";

/** A message that an expression can write out: `google.protobuf.Int64Value{value: 1}`. */
export interface MessageType {
  readonly type: CelType;
  /** The type of a field; undefined where there is none of that name. */
  readonly field: (name: string) => CelType | undefined;
  readonly make: (fields: ReadonlyMap<string, CelValue>) => CelValue;
}

/** Finds a message by its name. */
export type FindMessage = (name: string) => MessageType | undefined;

const SECOND = 1_000_000_000n;

function wrapped(name: string, type: CelType, zero: CelValue): readonly [string, MessageType] {
  const field = (wanted: string): CelType | undefined => (wanted === "value" ? type : undefined);
  return [
    `google.protobuf.${name}`,
    { type: wrapperOf(type), field, make: (values) => values.get("value") ?? zero },
  ];
}

function moment(type: CelType, make: (nanoseconds: bigint) => CelValue): readonly [string, MessageType] {
  const field = (wanted: string): CelType | undefined =>
    wanted === "seconds" || wanted === "nanos" ? INT : undefined;
  const whole = (value: CelValue | undefined): bigint => (typeof value === "bigint" ? value : 0n);
  const ofFields = (values: ReadonlyMap<string, CelValue>): CelValue =>
    make(whole(values.get("seconds")) * SECOND + whole(values.get("nanos")));
  return [type.name, { type, field, make: ofFields }];
}

/** The well-known messages, which every environment has. */
export const MESSAGES: ReadonlyMap<string, MessageType> = new Map([
  wrapped("BoolValue", BOOL, false),
  wrapped("BytesValue", BYTES, new Uint8Array()),
  wrapped("DoubleValue", DOUBLE, 0),
  wrapped("FloatValue", DOUBLE, 0),
  wrapped("Int32Value", INT, 0n),
  wrapped("Int64Value", INT, 0n),
  wrapped("StringValue", STRING, ""),
  wrapped("UInt32Value", UINT, new CelUint(0n)),
  wrapped("UInt64Value", UINT, new CelUint(0n)),
  moment(DURATION, (nanoseconds) => new CelDuration(nanoseconds)),
  moment(TIMESTAMP, (nanoseconds) => new CelTimestamp(nanoseconds)),
]);

export const findWellKnown: FindMessage = (name) => MESSAGES.get(name);
