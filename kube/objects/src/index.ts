export {
  type Condition,
  type GroupVersionKind,
  type KubeList,
  type KubeObject,
  type ManagedFieldsEntry,
  type ObjectKey,
  type ObjectMeta,
  type OwnerReference,
} from "./object.ts";
