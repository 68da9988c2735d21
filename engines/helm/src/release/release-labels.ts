/** Labels of records that are helm's own. */
export const SYSTEM_LABELS: readonly string[] = [
  "name",
  "owner",
  "status",
  "version",
  "createdAt",
  "modifiedAt",
];

/** Tells whether any of the labels is one that users cannot set. */
export function hasSystemLabel(labels: Readonly<Record<string, string>>): boolean {
  return SYSTEM_LABELS.some((label) => Object.hasOwn(labels, label));
}
