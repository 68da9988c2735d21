import type { Kustomization } from "@weir/api";
import { describeError } from "@weir/core";
import type { Kind } from "@weir/client";
import { ConfigMap, Secret } from "@weir/consumer";
import type { KubeObject, ObjectKey } from "@weir/objects";

/** The variables of a build, or why they cannot be had; the reason counts only where an object needs them. */
export type Variables =
  | { readonly kind: "known"; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: "unknown"; readonly problem: string };

/** Reads an object live; `undefined` where there is none. */
export type ReadObject = (kind: Kind<KubeObject>, key: ObjectKey) => Promise<KubeObject | undefined>;

type PostBuild = NonNullable<Kustomization["spec"]["postBuild"]>;
type Reference = NonNullable<PostBuild["substituteFrom"]>[number];

const KINDS: Readonly<Record<Reference["kind"], Kind<KubeObject> & { readonly plural: string }>> = {
  ConfigMap,
  Secret,
};

/**
 * Reads the variables that a Kustomization substitutes: the data of ConfigMaps and Secrets, of which later ones win, and
 * its own over all. Line breaks are taken out of values, as in Flux.
 */
export async function readVariables(kustomization: Kustomization, read: ReadObject): Promise<Variables> {
  const { postBuild } = kustomization.spec;
  const values = new Map<string, string>();
  for (const reference of postBuild?.substituteFrom ?? []) {
    const { kind, name, optional } = reference;
    const key = { namespace: kustomization.metadata.namespace ?? "", name };
    const from = `substitute from '${kind}/${name}' error`;
    let object: KubeObject | undefined;
    try {
      object = await read(KINDS[kind], key);
    } catch (error) {
      return { kind: "unknown", problem: `${from}: ${describeError(error)}` };
    }
    if (object !== undefined) addData(values, kind, object);
    else if (!optional) {
      const problem = `${KINDS[kind].plural} ${JSON.stringify(name)} not found`;
      return { kind: "unknown", problem: `${from}: ${problem}` };
    }
  }
  for (const [key, value] of Object.entries(postBuild?.substitute ?? {})) addValue(values, key, value);
  return { kind: "known", values: Object.fromEntries(values) };
}

function addData(values: Map<string, string>, kind: Reference["kind"], object: KubeObject): void {
  const { data } = object as { readonly data?: Readonly<Record<string, string>> };
  for (const [key, value] of Object.entries(data ?? {})) {
    addValue(values, key, kind === "Secret" ? Buffer.from(value, "base64").toString("utf8") : value);
  }
}

function addValue(values: Map<string, string>, key: string, value: string): void {
  values.set(key, value.replaceAll("\n", ""));
}
