/** The keys of the labels that name the Flux object by which another one is managed. */
export interface OwnerLabelKeys {
  readonly name: string;
  readonly namespace: string;
}

/** The owner labels of a group: `<group>/name` and `<group>/namespace`. */
export function ownerLabelKeys(group: string): OwnerLabelKeys {
  return { name: `${group}/name`, namespace: `${group}/namespace` };
}

/** The labels of an object that a Flux object manages. Only objects that carry them are ever pruned for it. */
export function ownerLabels(
  group: string,
  owner: { readonly name: string; readonly namespace: string },
): Readonly<Record<string, string>> {
  const keys = ownerLabelKeys(group);
  return { [keys.name]: owner.name, [keys.namespace]: owner.namespace };
}
