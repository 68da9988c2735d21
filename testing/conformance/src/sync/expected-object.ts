import type { KubeClient } from "@weir/client";
import type { JsonObject, JsonValue } from "@weir/core";
import { substituteObject, type Variables } from "@weir/kustomize";
import { gvkOf, type KubeObject } from "@weir/objects";
import { isObject } from "../flux/json-difference.ts";
import type { VariableSource } from "./sync-fixture.ts";
import type { SyncedKustomization } from "./synced-kustomization.ts";

/** What a Kustomization is to apply: its recorded output in its namespace and with its variables. */
export function expectedObjects(
  { name, spec, output = [] }: SyncedKustomization,
  sources: readonly VariableSource[],
): readonly KubeObject[] {
  const { substitute = {}, substituteFrom = [] } = spec.postBuild ?? {};
  const from = sources.filter(({ object }) =>
    substituteFrom.some(({ name: wanted }) => wanted === nameOf(object)),
  );
  const variables: Variables = new Map([
    ...from.flatMap(({ values }) => [...values]),
    ...Object.entries(substitute),
  ]);
  const objects = output.map((object) => substituteObject(object as unknown as JsonObject, variables));
  const { targetNamespace } = spec;
  if (targetNamespace === undefined) return objects as unknown as readonly KubeObject[];
  return objects.map((object) => {
    const found = object as unknown as KubeObject;
    return {
      ...found,
      metadata: { ...found.metadata, namespace: targetNamespace, name: found.metadata.name ?? name },
    };
  });
}

function nameOf(object: JsonObject): JsonValue | undefined {
  const { metadata } = object;
  return isObject(metadata) ? metadata["name"] : undefined;
}

/** Why an object on the cluster is not the expected one; `undefined` where every expected field is there and equal. */
export async function differenceOnCluster(
  client: KubeClient,
  expected: KubeObject,
): Promise<string | undefined> {
  const { name = "", namespace } = expected.metadata;
  const title = `${expected.kind}/${namespace === undefined ? "" : `${namespace}/`}${name}`;
  const kind = await client.resolve(gvkOf(expected));
  if (kind === undefined) return `${title}: its kind is not served`;
  const isNamespaced = kind.scope === "Namespaced";
  const found = await client.get(kind, {
    name,
    ...(isNamespaced ? { namespace: namespace ?? "default" } : {}),
  });
  if (found === undefined) return `${title}: it is not on the cluster`;
  const wanted = asStored(expected as unknown as JsonObject, isNamespaced);
  const difference = missingPart(wanted, found as unknown as JsonObject, "");
  return difference === undefined ? undefined : `${title}: ${difference}`;
}

/** As the API stores it: no namespace where the kind has none, and a Secret's text as bytes. */
function asStored(object: JsonObject, isNamespaced: boolean): JsonObject {
  const { stringData, ...rest } = object;
  const metadata = { ...(rest["metadata"] as Record<string, JsonValue>) };
  if (!isNamespaced) delete metadata["namespace"];
  if (object["kind"] !== "Secret" || !isObject(stringData)) return { ...object, metadata };
  const bytes = Object.entries(stringData).map(([key, text]) => [
    key,
    Buffer.from(String(text)).toString("base64"),
  ]);
  const data = { ...(rest["data"] as JsonObject | undefined), ...(Object.fromEntries(bytes) as JsonObject) };
  return { ...rest, metadata, data };
}

/** Where something expected is absent or another. The API adds fields, and does not store null and empty maps. */
function missingPart(expected: JsonValue, actual: JsonValue | undefined, path: string): string | undefined {
  if (expected === null) return undefined;
  if (isObject(expected)) {
    if (actual === undefined && Object.keys(expected).length === 0) return undefined;
    if (!isObject(actual)) return differs(path, expected, actual);
    return first(Object.keys(expected), (key) =>
      missingPart(
        expected[key] ?? null,
        Object.hasOwn(actual, key) ? actual[key] : undefined,
        path === "" ? key : `${path}.${key}`,
      ),
    );
  }
  if (!Array.isArray(expected)) return expected === actual ? undefined : differs(path, expected, actual);
  if (!Array.isArray(actual) || actual.length !== expected.length) return differs(path, expected, actual);
  return first([...expected.keys()], (index) =>
    missingPart(expected[index] as JsonValue, actual[index] as JsonValue, `${path}[${index}]`),
  );
}

function first<Item>(items: readonly Item[], find: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function differs(path: string, expected: JsonValue, actual: JsonValue | undefined): string {
  const got = actual === undefined ? "nothing" : JSON.stringify(actual);
  return `${path} is ${got.slice(0, 300)} in place of ${JSON.stringify(expected).slice(0, 300)}`;
}
