import type { JsonObject } from "@weir/core";
import { child, children, text } from "../../resources/draft-access.ts";

/** A Pod, or what Pods will be made of, as the checks of Pod security look at it. */
export interface PodView {
  readonly annotations: JsonObject;
  readonly spec: JsonObject;
  /** What the Pod says for all containers. */
  readonly security: JsonObject | undefined;
  /** In the order in which messages name them. */
  readonly containers: readonly ContainerView[];
}

/** One container of any kind. */
export interface ContainerView {
  readonly name: string;
  readonly container: JsonObject;
  readonly security: JsonObject | undefined;
}

/** What a check has against a Pod. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

export function viewPod(metadata: JsonObject | undefined, spec: JsonObject): PodView {
  const containers = ["initContainers", "containers", "ephemeralContainers"].flatMap((field) =>
    children(spec, field),
  );
  return {
    annotations: child(metadata, "annotations") ?? {},
    spec,
    security: child(spec, "securityContext"),
    containers: containers.map((container) => ({
      name: text(container, "name"),
      container,
      security: child(container, "securityContext"),
    })),
  };
}

/** `"a", "b"` */
export function quoted(items: readonly string[]): string {
  return items.map((item) => `"${item}"`).join(", ");
}

export function plural(count: number, singular: string, several = `${singular}s`): string {
  return count === 1 ? singular : several;
}

/** `containers "a", "b"` */
export function containerList(names: readonly string[]): string {
  return `${plural(names.length, "container")} ${quoted(names)}`;
}

/** Each text once, in order. */
export function sorted(items: Iterable<string>): readonly string[] {
  return [...new Set(items)].sort();
}

/** The names of the containers of which something is true. */
export function namesOf(
  { containers }: PodView,
  isBad: (container: ContainerView) => boolean,
): readonly string[] {
  return containers.filter(isBad).map(({ name }) => name);
}

/** `pod and container "a"`: who says something for itself; empty where nobody does. */
export function settersOf(isPod: boolean, names: readonly string[]): string {
  return [...(isPod ? ["pod"] : []), ...(names.length === 0 ? [] : [containerList(names)])].join(" and ");
}

export function isWindows({ spec }: PodView): boolean {
  return text(child(spec, "os"), "name") === "windows";
}

/** Root of a Pod with users of its own is nobody outside. */
export function hasOwnUsers({ spec }: PodView): boolean {
  return spec["hostUsers"] === false;
}
