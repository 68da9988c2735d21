import { type FieldPlace, isQuoted, isScalar, type Node, Scalar, textOf, type YamlMap } from "./node.ts";

/**
 * Puts one scalar into several places at once.
 *
 * Upstream sets a label or annotation as one node in all places that a transformer finds, so whatever later writes into
 * one of them writes into all; a place that was taken away or replaced by another node is none any more.
 */
export function shareScalar(scalar: string | Scalar, places: readonly FieldPlace[]): void {
  const node = places.length < 2 ? scalar : sharedScalar(scalar, places);
  for (const { map, key } of places) map.set(key, node);
}

function sharedScalar(scalar: string | Scalar, places: readonly FieldPlace[]): Scalar {
  const { tag, folded } = scalar instanceof Scalar ? scalar : { tag: "!!str", folded: false };
  const shared = new Scalar(tag, textOf(scalar), isQuoted(scalar), folded);
  shared.places = places;
  return shared;
}

/** Writes into a field as upstream does: into the node that is there, and so into all places where it lies. */
export function writeField(map: YamlMap, key: string, node: Node): void {
  const old = map.get(key);
  if (old === node) return;
  if (!(old instanceof Scalar) || old.places === undefined) {
    map.set(key, node);
    return;
  }
  const places = old.places.filter((place) => place.map.get(place.key) === old);
  const isPlace = places.some((place) => place.map === map && place.key === key);
  if (!isPlace) map.set(key, node);
  else if (isScalar(node)) shareScalar(node, places);
  else for (const place of places) place.map.set(place.key, node);
}
