import type { RE2JS } from "re2js";
import type { FieldSpec, Image } from "../file/kustomization.ts";
import { isList, isMap, isMissing, isScalar, type Node, textOf } from "../node/node.ts";
import { replaceScalar } from "../node/resolve-scalar.ts";
import type { Resource } from "../resource/resource.ts";
import { changeFields, fieldPath } from "./field-spec.ts";
import { wrongKind } from "./kind-error.ts";
import { compileRegex } from "./regex.ts";
import type { Transformer } from "./transformer.ts";

interface ImageParts {
  readonly name: string;
  readonly tag: string;
  readonly digest: string;
}

/** Splits `[host[:port]/]name[:tag][@digest]`. */
export function splitImage(image: string): ImageParts {
  const slash = Math.max(image.indexOf("/"), 0);
  const rest = image.slice(slash);
  const at = rest.indexOf("@");
  const colon = rest.indexOf(":");
  if (colon < 0 && at < 0) return { name: image, tag: "", digest: "" };
  if (at >= 0 && (at < colon || colon < 0)) {
    return { name: image.slice(0, slash + at), tag: "", digest: rest.slice(at + 1) };
  }
  const tagEnd = at < 0 ? rest.length : at;
  return {
    name: image.slice(0, slash + colon),
    tag: rest.slice(colon + 1, tagEnd),
    digest: at < 0 ? "" : rest.slice(at + 1),
  };
}

function renamed(text: string, image: Image): string {
  const parts = splitImage(text);
  const name = image.newName || parts.name;
  const { newTag = "", digest: newDigest = "", tagSuffix = "" } = image;
  let { tag, digest } = parts;
  if (newTag !== "" || newDigest !== "") {
    tag = newTag;
    digest = newDigest;
  } else if (tagSuffix !== "") {
    tag += tagSuffix;
    digest = "";
  }
  return `${name}${tag === "" ? "" : `:${tag}`}${digest === "" ? "" : `@${digest}`}`;
}

/** Sets name, tag or digest of the images of one name. */
export function imageTransformer(image: Image, specs: readonly FieldSpec[]): Transformer {
  const pattern = `^${image.name ?? ""}(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$`;
  const regex = compileRegex(pattern);
  const paths = specs.map(fieldPath);
  const seen = new Map<string, string>();
  const update = (node: Node): Node => {
    if (isMissing(node)) return node;
    if (!isScalar(node)) throw wrongKind("scalar", node);
    const text = textOf(node);
    let replaced = seen.get(text);
    if (replaced === undefined) {
      replaced = matches(regex, text) ? renamed(text, image) : text;
      seen.set(text, replaced);
    }
    return replaced === text && !matches(regex, text) ? node : replaceScalar(node, replaced);
  };
  return (resources) => {
    const changed = resources.resources.filter(({ kind }) => kind !== "CustomResourceDefinition");
    for (const resource of changed) updateContainers(resource, update);
    for (const resource of changed) {
      for (const path of paths) changeFields(resource, path, update);
    }
  };
}

function matches(regex: RE2JS, text: string): boolean {
  return regex.matcher(text).find();
}

const CONTAINERS: ReadonlySet<string> = new Set(["containers", "initContainers"]);

/** Updates `image` in every list named `containers` or `initContainers`, wherever it lies. */
function updateContainers(resource: Resource, update: (node: Node) => Node): void {
  walk(resource.root, update);
}

function walk(node: Node, update: (node: Node) => Node): void {
  if (isList(node)) {
    for (const item of node) walk(item, update);
    return;
  }
  if (!isMap(node)) return;
  for (const [key, value] of node.fields) {
    if (isScalar(value)) continue;
    walk(value, update);
    if (CONTAINERS.has(key) && isList(value)) updateItems(value, update);
  }
}

function updateItems(items: readonly Node[], update: (node: Node) => Node): void {
  for (const item of items) {
    if (isMissing(item)) continue;
    if (!isMap(item)) throw wrongKind("map", item);
    const image = item.get("image");
    if (image !== undefined) item.set("image", update(image));
  }
}
