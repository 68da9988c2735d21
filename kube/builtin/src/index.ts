export { type BuiltinKind, builtinKind } from "./builtin-kind.ts";
export { type DecodedObject, decodeObject, type GoReader, type NumberTexts } from "./codec/decode-object.ts";
export { GoDecodeError } from "./codec/go-decode-error.ts";
export { normalizeQuantity } from "./codec/go-quantity.ts";
export { type GoTimeResult, normalizeMicroTime, normalizeTime } from "./codec/go-time.ts";
export { encodeProtobuf } from "./codec/encode-protobuf.ts";
export {
  decodeProtobuf,
  decodeProtobufObject,
  isProtobuf,
  type ProtobufEnvelope,
  readProtobufEnvelope,
} from "./codec/protobuf.ts";
export { ProtobufError } from "./codec/protobuf-messages.ts";
export { settleLists } from "./codec/settle-lists.ts";
export { WireFormatError } from "./codec/wire-reader.ts";
export { WireWriter } from "./codec/wire-writer.ts";
export { aggregateAmounts } from "./defaults/aggregate-amounts.ts";
export { defaultObject } from "./defaults/apply-defaults.ts";
export { type GoField, type GoStruct, goStruct, type GoType } from "./go-types.ts";
export {
  type BuiltinResource,
  builtinResources,
  type BuiltinSubresource,
  findKind,
  findResource,
  selectableFields,
  type TableColumn,
  tableColumns,
} from "./kinds.ts";
export { openApiDocument, openApiPaths } from "./openapi.ts";
export { builtinSchema, schemaOf } from "./schema-graph.ts";
