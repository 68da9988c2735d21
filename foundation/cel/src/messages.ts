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

/** A message of protobuf that an expression can write out: `google.protobuf.Int64Value{value: 1}`. */
export interface MessageType {
  readonly type: CelType;
  readonly fields: ReadonlyMap<string, CelType>;
  readonly make: (fields: ReadonlyMap<string, CelValue>) => CelValue;
}

const SECOND = 1_000_000_000n;

function wrapped(name: string, type: CelType, zero: CelValue): readonly [string, MessageType] {
  const fields = new Map([["value", type]]);
  return [
    `google.protobuf.${name}`,
    { type: wrapperOf(type), fields, make: (values) => values.get("value") ?? zero },
  ];
}

function moment(type: CelType, make: (nanoseconds: bigint) => CelValue): readonly [string, MessageType] {
  const fields = new Map([
    ["seconds", INT],
    ["nanos", INT],
  ]);
  const whole = (value: CelValue | undefined): bigint => (typeof value === "bigint" ? value : 0n);
  const ofFields = (values: ReadonlyMap<string, CelValue>): CelValue =>
    make(whole(values.get("seconds")) * SECOND + whole(values.get("nanos")));
  return [type.name, { type, fields, make: ofFields }];
}

/** The well-known messages; others do not exist, for no environment declares them. */
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
