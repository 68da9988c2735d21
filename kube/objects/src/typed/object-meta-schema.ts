import type { SchemaNode } from "@weir/schema";

const text: SchemaNode = { type: "string" };
const integer: SchemaNode = { type: "integer", format: "int64" };
const time: SchemaNode = { type: "string", format: "date-time" };
const texts: SchemaNode = { type: "object", additionalProperties: text };

/** metav1.ObjectMeta as far as merging goes: what a custom resource's own schema may not say of its metadata. */
export const objectMetaSchema: SchemaNode = {
  type: "object",
  properties: {
    annotations: texts,
    creationTimestamp: time,
    deletionGracePeriodSeconds: integer,
    deletionTimestamp: time,
    finalizers: { type: "array", items: text, "x-kubernetes-list-type": "set" },
    generateName: text,
    generation: integer,
    labels: texts,
    managedFields: {
      type: "array",
      "x-kubernetes-list-type": "atomic",
      items: {
        type: "object",
        properties: {
          apiVersion: text,
          fieldsType: text,
          fieldsV1: { type: "object" },
          manager: text,
          operation: text,
          subresource: text,
          time,
        },
      },
    },
    name: text,
    namespace: text,
    ownerReferences: {
      type: "array",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["uid"],
      items: {
        type: "object",
        "x-kubernetes-map-type": "atomic",
        properties: {
          apiVersion: text,
          blockOwnerDeletion: { type: "boolean" },
          controller: { type: "boolean" },
          kind: text,
          name: text,
          // An owner without one is told apart by this, and refused by validation.
          uid: { type: "string", default: "" },
        },
      },
    },
    resourceVersion: text,
    selfLink: text,
    uid: text,
  },
};
