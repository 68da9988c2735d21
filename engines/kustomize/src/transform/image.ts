import type { FieldSpec, Image } from "../file/kustomization.ts";
import { isList, isMap, isMissing, isScalar, type Node, textOf } from "../node/node.ts";
import { replaceUntagged } from "../node/resolve-scalar.ts";
import { type Field, type FieldPath, fieldPath, findFields } from "./field-spec.ts";
import { wrongKind } from "./kind-error.ts";
import type { Resource } from "../resource/resource.ts";
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

/** Changes the image fields of one name; the same text is matched and rewritten once. */
function imageUpdate(image: Image): (node: Node) => Node {
  const pattern = `^${image.name ?? ""}(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$`;
  const regex = compileRegex(pattern);
  const seen = new Map<string, string | undefined>();
  return (node) => {
    if (isMissing(node)) return node;
    if (!isScalar(node)) throw wrongKind("scalar", node);
    const text = textOf(node);
    if (!seen.has(text)) seen.set(text, regex.matcher(text).find() ? renamed(text, image) : undefined);
    const replaced = seen.get(text);
    return replaced === undefined ? node : replaceUntagged(node, replaced);
  };
}

/** Sets name, tag or digest of the images of one name. */
export function imageTransformer(image: Image, specs: readonly FieldSpec[]): Transformer {
  return imageTransformers([image], specs)[0] ?? (() => {});
}

/**
 * Sets name, tag or digest of images, one transformer for each entry.
 *
 * They run one after the other with nothing between them, and none changes where containers lie: the first looks
 * for them, the others use what it found.
 */
export function imageTransformers(
  images: readonly Image[],
  specs: readonly FieldSpec[],
): readonly Transformer[] {
  const paths = specs.map(fieldPath);
  let fields: readonly Field[] | undefined;
  return images.map((image) => {
    const update = imageUpdate(image);
    return (resources) => {
      fields ??= allFields(resources.resources, paths);
      for (const { map, key } of fields) map.set(key, update(map.get(key) ?? ""));
    };
  });
}

/** Every image field, as often as it is found: upstream looks twice, and updates what it finds twice two times. */
function allFields(resources: readonly Resource[], paths: readonly FieldPath[]): readonly Field[] {
  const changed = resources.filter(({ kind }) => kind !== "CustomResourceDefinition");
  const fields: Field[] = [];
  for (const { root } of changed) walk(root, fields);
  for (const resource of changed) {
    for (const path of paths) fields.push(...findFields(resource, path));
  }
  return fields;
}

const CONTAINERS: ReadonlySet<string> = new Set(["containers", "initContainers"]);

/** Finds `image` in every list named `containers` or `initContainers`, wherever it lies. */
function walk(node: Node, found: Field[]): void {
  if (isList(node)) {
    for (const item of node) if (typeof item !== "string") walk(item, found);
    return;
  }
  if (!isMap(node)) return;
  node.fields.forEach((value, key) => {
    if (isScalar(value)) return;
    walk(value, found);
    if (CONTAINERS.has(key) && isList(value)) collectImages(value, found);
  });
}

function collectImages(containers: readonly Node[], found: Field[]): void {
  for (const container of containers) {
    if (isMissing(container)) continue;
    if (!isMap(container)) throw wrongKind("map", container);
    if (container.get("image") !== undefined) found.push({ map: container, key: "image" });
  }
}
