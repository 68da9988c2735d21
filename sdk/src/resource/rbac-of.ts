import { findKind } from "@weir/builtin";
import type { Kind } from "@weir/client";
import { compareUtf8 } from "@weir/core";
import type { Controller } from "../controller/controller.ts";
import { guessPlural } from "./define-resource.ts";

/** A rule of a Role or ClusterRole. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** What a controller does beyond what its declaration says. */
export interface RbacOptions {
  /** Kinds that it creates, changes and deletes without owning them (`ctx.apply`, `ctx.delete`). */
  readonly writes?: readonly Kind<unknown, unknown>[];
  /** Kinds that it reads live, without a watch. */
  readonly readsLive?: readonly Kind<unknown, unknown>[];
  /** Runs under leader election; false by default. */
  readonly leaderElection?: boolean;
  /** Rules for whatever else it asks for. */
  readonly rules?: readonly PolicyRule[];
}

const READ = ["get", "list", "watch"];
const WRITE = ["create", "delete", "patch", "update"];

/**
 * The rights that controllers need, derived from what they declare: their own kinds with status and finalizers, what
 * they own, watch and read, events, and Leases where they run under leader election.
 *
 * Rules of one group with the same verbs are one, and all is sorted, so that the same controllers always give the same
 * rules.
 */
export function rbacOf(
  controllers: Controller | readonly Controller[],
  options: RbacOptions = {},
): readonly PolicyRule[] {
  const rights = new Rights();
  const list = "name" in controllers ? [controllers] : controllers;
  for (const controller of list) addController(rights, controller);
  for (const kind of options.writes ?? []) rights.add(kind, "", [...READ, ...WRITE]);
  for (const kind of options.readsLive ?? []) rights.add(kind, "", ["get", "list"]);
  if (options.leaderElection === true) rights.add(LEASE, "", ["create", "get", "patch", "update"]);
  return [...rights.rules(), ...(options.rules ?? [])];
}

const LEASE: Kind = { group: "coordination.k8s.io", version: "v1", kind: "Lease", plural: "leases" };
const EVENT: Kind = { group: "", version: "v1", kind: "Event", plural: "events" };

function addController(rights: Rights, controller: Controller): void {
  const { primary, watches, finalizers, options, report } = controller;
  if (primary !== undefined) {
    const { kind } = primary;
    const owns = watches.some((watch) => watch.role === "owns");
    rights.add(kind, "", finalizers.length > 0 ? [...READ, "patch"] : READ);
    const isBuiltin = findKind(kind) !== undefined;
    if (report !== undefined || options.status === "summary" || (options.status !== "none" && !isBuiltin))
      rights.add(kind, "status", ["get", "patch"]);
    // Owner references that block the owner's deletion need it where the cluster enforces them.
    if (owns || finalizers.length > 0) rights.add(kind, "finalizers", ["update"]);
    rights.add(EVENT, "", ["create", "patch"]);
  }
  for (const { kind, role } of watches) rights.add(kind, "", role === "owns" ? [...READ, ...WRITE] : READ);
}

/** The name of a kind in URLs: declared, built in, or guessed as Kubernetes guesses. */
export function pluralOf(kind: Kind<unknown, unknown>): string {
  return kind.plural ?? findKind(kind)?.plural ?? guessPlural(kind.kind.toLowerCase());
}

/** Verbs by resource, gathered. */
class Rights {
  readonly #verbs = new Map<string, Set<string>>();

  add(kind: Kind<unknown, unknown>, subresource: string, verbs: readonly string[]): void {
    const resource = subresource === "" ? pluralOf(kind) : `${pluralOf(kind)}/${subresource}`;
    const key = `${kind.group}\n${resource}`;
    const known = this.#verbs.get(key) ?? new Set();
    for (const verb of verbs) known.add(verb);
    this.#verbs.set(key, known);
  }

  rules(): readonly PolicyRule[] {
    const rows = [...this.#verbs].map(([key, verbs]) => {
      const [group = "", resource = ""] = key.split("\n");
      return { group, resource, verbs: [...verbs].sort(compareUtf8) };
    });
    const grouped = Map.groupBy(rows, ({ group, verbs }) => `${group}\n${verbs.join(",")}`);
    return [...grouped.values()]
      .map((list): PolicyRule => {
        const [first] = list;
        const resources = list.map(({ resource }) => resource).sort(compareUtf8);
        return { apiGroups: [first?.group ?? ""], resources, verbs: first?.verbs ?? [] };
      })
      .sort((a, b) => compareUtf8(sortKey(a), sortKey(b)));
  }
}

function sortKey({ apiGroups, resources }: PolicyRule): string {
  return `${apiGroups.join(",")}\n${resources.join(",")}`;
}
