import type { JsonObject, JsonValue } from "@weir/core";
import { parseApiVersion } from "./resource/resource-id.ts";
import { BUILTIN_SCOPES } from "./resource/scope.ts";

/** The names of the files into which `kustomize build -o DIR` writes objects, in their order; they may repeat. */
export function outputFileNames(objects: readonly JsonObject[]): readonly string[] {
  const named = objects.map((object) => ({ file: fileName(object), namespace: namespaceOf(object) }));
  const namespaces = new Set(named.flatMap(({ namespace }) => namespace ?? []));
  return named.map(({ file, namespace }) =>
    namespace === undefined || namespaces.size < 2 ? file : `${namespace.toLowerCase()}_${file}`,
  );
}

/** `undefined` for an object of the whole cluster. */
function namespaceOf(object: JsonObject): string | undefined {
  const kind = `${text(object["apiVersion"])} ${text(object["kind"])}`;
  if (BUILTIN_SCOPES.get(kind) === "cluster") return undefined;
  const namespace = text(metadataOf(object)["namespace"]);
  return namespace === "" ? "default" : namespace;
}

function fileName(object: JsonObject): string {
  const { group, version } = parseApiVersion(text(object["apiVersion"]));
  const type = [group, version, text(object["kind"])].filter((part) => part !== "").join("_");
  return `${type.toLowerCase()}_${text(metadataOf(object)["name"]).toLowerCase()}.yaml`;
}

function metadataOf(object: JsonObject): JsonObject {
  const metadata = object["metadata"];
  return metadata !== null && typeof metadata === "object" && !Array.isArray(metadata)
    ? (metadata as JsonObject)
    : {};
}

function text(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}
