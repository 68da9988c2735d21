import type { ObjectMeta } from "@weir/objects";

/** A count as a field of a status; the API leaves counts of nothing out. */
export function countField<Name extends string>(
  name: Name,
  count: number,
): { readonly [Field in Name]?: number } {
  return count === 0 ? {} : ({ [name]: count } as { readonly [Field in Name]: number });
}

/** The generation that a status is about, as a field of it; absent where the object has none. */
export function observedGeneration(metadata: ObjectMeta): { readonly observedGeneration?: number } {
  return metadata.generation === undefined ? {} : { observedGeneration: metadata.generation };
}
