import type { Kustomization } from "@weir/api";
import type { JsonObject, JsonValue } from "@weir/core";
import { KustomizeError } from "@weir/kustomize";

type PostBuild = NonNullable<Kustomization["spec"]["postBuild"]>;
type SubstituteReference = NonNullable<PostBuild["substituteFrom"]>[number];

/** Looks a ConfigMap or Secret up in a cluster; `undefined` where there is none. */
export type LookUpObject = (
  kind: "ConfigMap" | "Secret",
  key: { readonly namespace: string; readonly name: string },
) => Promise<JsonObject | undefined>;

/** Where variables come from, in the order in which an object is looked for. */
export interface VariableSources {
  /** The objects of the Kustomization's own file, then those that were built. */
  readonly objects: readonly JsonObject[];
  /** The cluster; absent with `--dry-run`, where what is not at hand is left out, as Flux does. */
  readonly lookUp: LookUpObject | undefined;
}

/**
 * The variables of `postBuild`: the data of the ConfigMaps and Secrets of `substituteFrom`, of which later ones win, and
 * `substitute` over all. Line breaks are taken out of values.
 */
export async function readFluxVariables(
  kustomization: Kustomization,
  sources: VariableSources,
): Promise<ReadonlyMap<string, string>> {
  const { postBuild } = kustomization.spec;
  const namespace = kustomization.metadata.namespace ?? "";
  const values = new Map<string, string>();
  for (const reference of postBuild?.substituteFrom ?? []) {
    addData(values, await findObject(reference, namespace, sources));
  }
  for (const [name, value] of Object.entries(postBuild?.substitute ?? {})) setValue(values, name, value);
  return values;
}

async function findObject(
  { kind, name, optional }: SubstituteReference,
  namespace: string,
  { objects, lookUp }: VariableSources,
): Promise<JsonObject> {
  const local = objects.find((object) => isThe(object, kind, { name, namespace }));
  const found = local ?? (await lookUp?.(kind, { name, namespace }));
  if (found !== undefined) return found;
  if (lookUp === undefined || optional) return {};
  const plural = kind === "Secret" ? "secrets" : "configmaps";
  throw new KustomizeError(`substitute from '${kind}/${name}' error: ${plural} "${name}" not found`);
}

function isThe(
  object: JsonObject,
  kind: string,
  key: { readonly name: string; readonly namespace: string },
): boolean {
  if (object["apiVersion"] !== "v1" || object["kind"] !== kind) return false;
  const metadata = asMap(object["metadata"]);
  const namespace = metadata["namespace"] ?? "";
  // An object without a namespace is applied into that of its Kustomization.
  return metadata["name"] === key.name && (namespace === "" || namespace === key.namespace);
}

function addData(values: Map<string, string>, object: JsonObject): void {
  const isSecret = object["kind"] === "Secret";
  for (const [name, value] of Object.entries(asMap(object["data"]))) {
    if (typeof value !== "string") continue;
    setValue(values, name, isSecret ? Buffer.from(value, "base64").toString("utf8") : value);
  }
  // The API server would have moved these to data.
  if (!isSecret) return;
  for (const [name, value] of Object.entries(asMap(object["stringData"]))) {
    if (typeof value === "string") setValue(values, name, value);
  }
}

function setValue(values: Map<string, string>, name: string, value: string): void {
  values.set(name, value.replaceAll("\n", ""));
}

function asMap(value: JsonValue | undefined): JsonObject {
  const isMap = value !== null && typeof value === "object" && !Array.isArray(value);
  return isMap ? (value as JsonObject) : {};
}
