/** The names that a kustomization file may have, in the order in which they are looked for. */
export const KUSTOMIZATION_FILES: readonly string[] = [
  "kustomization.yaml",
  "kustomization.yml",
  "Kustomization",
];
