import type { Dice } from "../dice.ts";
import type { Yaml, YamlFields } from "../yaml-writer.ts";
import { type KindOf, KINDS } from "./kinds.ts";
import { NAMES, NAMESPACES, someLabels, someText } from "./scalars.ts";

/** One object of a generated repository. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly object: YamlFields;
  /** What it goes by in the layer that knows it. */
  readonly current: { readonly name: string; readonly namespace: string | undefined };
}

const BAG: readonly KindOf[] = KINDS.flatMap((kind) => Array.from({ length: kind.weight }, () => kind));

function metadata(dice: Dice, name: string, namespace: string | undefined): YamlFields {
  return {
    name,
    namespace,
    labels: dice.maybe(0.5, () => (dice.chance(0.05) ? dice.pick<Yaml>([null, {}]) : someLabels(dice))),
    annotations: dice.maybe(0.35, () => annotations(dice)),
    creationTimestamp: dice.maybe(0.05, () => null),
    generateName: dice.maybe(0.01, () => "gen-"),
    ownerReferences: dice.maybe(0.03, () => [{ uid: "u1", kind: "Foo", name: dice.pick(NAMES) }]),
  };
}

function annotations(dice: Dice): Yaml {
  if (dice.chance(0.07)) return dice.pick<Yaml>([null, {}]);
  return {
    note: dice.maybe(0.6, () => someText(dice)),
    "example.com/on": dice.maybe(0.3, () => dice.pick(["true", "1", "yes"])),
    "config.kubernetes.io/local-config": dice.maybe(0.03, () => dice.pick(["true", "false"])),
    "kustomize.config.k8s.io/behavior": dice.maybe(0.02, () => "merge"),
    "kustomize.config.k8s.io/needs-hash": dice.maybe(0.05, () => "true"),
    "internal.config.kubernetes.io/path": dice.maybe(0.02, () => "x"),
  };
}

export function someManifest(dice: Dice): Manifest {
  const { apiVersion, kind, isCluster = false, body } = dice.pick(BAG);
  const name = dice.chance(0.02) ? dice.pick(["123", "1e3", "true", "0x1f"]) : dice.pick(NAMES);
  const namespace = dice.maybe(isCluster ? 0.03 : 0.35, () => dice.pick(NAMESPACES));
  const object = { apiVersion, kind, metadata: metadata(dice, name, namespace), ...body(dice) };
  return { apiVersion, kind, name, namespace, object, current: { name, namespace } };
}
