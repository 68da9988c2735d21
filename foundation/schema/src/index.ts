export { type CelRule, type SchemaNode } from "./schema-node.ts";
