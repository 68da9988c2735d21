import type { KubeObject } from "@weir/objects";

/** How Flux names an object in messages: `Kind/namespace/name`, or `Kind/name` where it has no namespace. */
export function subjectOf(object: {
  readonly kind: string;
  readonly metadata: { readonly namespace?: string; readonly name?: string };
}): string {
  const { namespace, name = "" } = object.metadata;
  return namespace === undefined || namespace === ""
    ? `${object.kind}/${name}`
    : `${object.kind}/${namespace}/${name}`;
}

/** A label or an annotation of an object; the annotation counts first. */
export function markOf(object: KubeObject, key: string): string | undefined {
  const { annotations = {}, labels = {} } = object.metadata;
  if (Object.hasOwn(annotations, key)) return annotations[key];
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** Whether any of the marks is set to the value, as a label or an annotation, whatever its case. */
export function isMarked(object: KubeObject, marks: Readonly<Record<string, string>>): boolean {
  const { annotations = {}, labels = {} } = object.metadata;
  return Object.entries(marks).some(([key, want]) =>
    [annotations, labels].some(
      (map) => Object.hasOwn(map, key) && map[key]?.toLowerCase() === want.toLowerCase(),
    ),
  );
}
