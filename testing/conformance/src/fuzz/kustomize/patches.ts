import type { Dice } from "../dice.ts";
import { isFields, isItems, Raw, type Yaml, type YamlFields } from "../yaml-writer.ts";
import type { Manifest } from "./resources.ts";
import { NAMES, NAMESPACES, someScalar, someValue } from "./scalars.ts";

/** Fields that are keys of lists somewhere; a patch of an element keeps them. */
const MERGE_KEYS: ReadonlySet<string> = new Set([
  "name",
  "containerPort",
  "protocol",
  "port",
  "mountPath",
  "ip",
  "topologyKey",
  "whenUnsatisfiable",
  "key",
  "devicePath",
  "kind",
]);

/** A strategic merge patch for an object: a part of it, changed. */
export function mergePatch(dice: Dice, manifest: Manifest): YamlFields {
  const { apiVersion, kind, name, namespace, object } = manifest;
  const { metadata, apiVersion: _version, kind: _kind, ...rest } = object;
  if (dice.chance(0.03)) return { $patch: "delete", apiVersion, kind, metadata: { name, namespace } };
  const { name: _name, namespace: _namespace, ...meta } = isFields(metadata) ? metadata : {};
  const changed = partOf(dice, rest, 0.5);
  const directive = dice.maybe(0.02, () => dice.pick(directives(dice)));
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, ...(dice.chance(0.3) ? partOf(dice, meta, 0.5) : {}) },
    ...(isFields(changed) ? changed : {}),
    ...(directive === undefined ? {} : { $patch: directive }),
  };
}

function directives(dice: Dice): readonly string[] {
  return dice.takesRisks ? ["replace", "delete", "merge", "other"] : ["replace", "delete", "merge"];
}

function partOf(dice: Dice, value: Yaml, keep: number): YamlFields {
  const result: Record<string, Yaml> = {};
  if (!isFields(value)) return result;
  for (const [key, part] of Object.entries(value)) {
    if (part === undefined || !(MERGE_KEYS.has(key) || dice.chance(keep))) continue;
    result[key] = MERGE_KEYS.has(key) && dice.chance(0.9) ? part : changed(dice, part);
  }
  if (dice.chance(0.2))
    result[dice.pick(["added", "replicas", "labels", "name", "env"])] = someValue(dice, 2, 0.3);
  if (dice.chance(0.06)) result["$patch"] = dice.pick(directives(dice));
  if (dice.chance(0.02)) result["$retainKeys"] = [dice.pick(["a", "name"])];
  if (dice.chance(0.01)) result["$setElementOrder/containers"] = [{ name: "main" }];
  return result;
}

function changed(dice: Dice, value: Yaml): Yaml {
  if (dice.chance(0.07)) return dice.pick<Yaml>([null, new Raw(""), new Raw("~")]);
  if (dice.risks(0.05)) return someValue(dice, 2, 0.3);
  if (isFields(value)) return dice.chance(0.04) ? {} : partOf(dice, value, 0.5);
  if (isItems(value)) return changedItems(dice, value);
  return dice.chance(0.3) ? value : someScalar(dice, 0.3);
}

function changedItems(dice: Dice, items: readonly Yaml[]): Yaml {
  if (dice.chance(0.05)) return [];
  const result = dice
    .some(items)
    .map((item) => (isFields(item) ? partOf(dice, item, 0.5) : changed(dice, item)));
  if (dice.chance(0.15)) {
    const [at] = [dice.int(0, result.length)];
    const item = result[at];
    if (isFields(item)) result[at] = { ...item, $patch: dice.pick(["delete", "delete", "replace", "merge"]) };
  }
  if (dice.chance(0.25)) result.push(newItem(dice, items));
  if (dice.chance(0.05)) result.push({ $patch: dice.pick(["replace", "delete", "merge"]) });
  return dice.chance(0.2) ? dice.shuffled(result) : result;
}

function newItem(dice: Dice, items: readonly Yaml[]): Yaml {
  const [first] = items;
  if (isFields(first) || dice.chance(0.2)) {
    return {
      ...(isFields(first) ? partOf(dice, first, 0.6) : {}),
      name: dice.pick(["new", "sidecar", ...NAMES]),
    };
  }
  return someScalar(dice, 0.3);
}

/** A target that means an object, or a family of them. */
export function patchTarget(dice: Dice, { apiVersion, kind, name, namespace }: Manifest): YamlFields {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : [undefined, apiVersion];
  return {
    group: dice.maybe(0.2, () => group ?? ""),
    version: dice.maybe(0.2, () => version ?? ""),
    kind: dice.maybe(0.85, () =>
      dice.pick([kind, kind, kind, kind, `${kind.slice(0, 3)}.*`, "Deployment|StatefulSet"]),
    ),
    name: dice.maybe(0.7, () =>
      dice.pick([name, name, name, ".*", `${name.slice(0, 1)}.*`, `^${name}$`, `${name}|x`]),
    ),
    namespace: dice.maybe(0.15, () => namespace ?? dice.pick(NAMESPACES)),
    labelSelector: dice.maybe(0.1, () =>
      dice.pick(["app=web", "app", "!tier", "app in (web, db)", "app!=web", "env notin (prod)"]),
    ),
    annotationSelector: dice.maybe(0.06, () => dice.pick(["note", "example.com/on=true", "!note"])),
  };
}
