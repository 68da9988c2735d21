import { type JsonObject, type JsonValue, writeJson } from "@weir/core";
import type { RenderedChart } from "@weir/helm";
import { emitYaml, loadYaml } from "@weir/yaml";

/** A document of a rendered chart. */
export interface RenderedObject {
  /** What tells it from all others: `Deployment.apps/ns/web`; documents of the same identity are counted. */
  readonly id: string;
  readonly object: JsonValue;
  /** As it was rendered. */
  readonly text: string;
}

/** All documents of a chart, hooks included, by what they are. */
export function renderedObjects(
  { manifests, hooks }: RenderedChart,
  namespace: string,
): ReadonlyMap<string, RenderedObject> {
  const texts = [...manifests.map(({ content }) => content), ...hooks.map(({ manifest }) => manifest)];
  const found = new Map<string, RenderedObject>();
  for (const text of texts) {
    const object = loadYaml(text);
    if (object === null) continue;
    const base = identityOf(object, namespace);
    let id = base;
    for (let count = 2; found.has(id); count += 1) id = `${base} (${count})`;
    found.set(id, { id, object, text });
  }
  return found;
}

/** What tells an object from all others: `Deployment.apps/ns/web`. */
export function identityOf(object: JsonValue, namespace: string): string {
  const { apiVersion, kind, metadata } = isObject(object) ? object : {};
  const { name, namespace: own } = metadata !== undefined && isObject(metadata) ? metadata : {};
  const group =
    typeof apiVersion === "string" && apiVersion.includes("/") ? `.${apiVersion.split("/")[0]}` : "";
  return `${textOf(kind)}${group}/${textOf(own ?? namespace)}/${textOf(name)}`;
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? "");
}

/** An object as it may be shown: of a Secret, which values differ from those of the other one, and not what they are. */
export function withoutSecrets(
  rendered: RenderedObject,
  other: RenderedObject | undefined,
  side: "before" | "after",
): RenderedObject {
  const { object } = rendered;
  if (!isObject(object) || object["kind"] !== "Secret") return rendered;
  const against = other !== undefined && isObject(other.object) ? other.object : {};
  const masked: JsonObject = {
    ...object,
    ...maskedAt(object, against, { key: "data", side }),
    ...maskedAt(object, against, { key: "stringData", side }),
  };
  return { ...rendered, object: masked, text: emitYaml(masked) };
}

function maskedAt(
  object: JsonObject,
  against: JsonObject,
  { key, side }: { readonly key: string; readonly side: string },
): JsonObject {
  const values = object[key];
  if (values === undefined || !isObject(values)) return values === undefined ? {} : { [key]: "***" };
  const others = against[key];
  const entries = Object.entries(values).map(([name, value]): [string, JsonValue] => {
    const theirs = others !== undefined && isObject(others) ? others[name] : undefined;
    const isSame = theirs !== undefined && writeJson(theirs) === writeJson(value);
    return [name, isSame ? "***" : `*** (${side})`];
  });
  return { [key]: Object.fromEntries(entries) };
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
