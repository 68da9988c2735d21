import type { JsonObject } from "@weir/core";
import { invalidError, jsonEqual } from "@weir/objects";
import { asJson, child, children, text } from "../../resources/draft-access.ts";
import type { ObjectStore } from "../../resources/object-store.ts";
import type { Registry } from "../../resources/registry.ts";
import { storageKey, storageScope } from "../../resources/resource.ts";
import { type AdmissionPlugin, PODS, type PluginWrite, refuse } from "../plugins/plugin.ts";
import { type NamespacePolicy, policyOf, strictnessOf } from "./namespace-policy.ts";
import { detailsText, type LevelVersion, levelText, violationsOf } from "./security-levels.ts";

const NAMESPACES = "/core/namespaces/";
const ANNOTATIONS = "pod-security.kubernetes.io/";

/** Where the Pods of a workload are described. */
const TEMPLATES: ReadonlyMap<string, readonly string[]> = new Map([
  ["/core/podtemplates/", ["template"]],
  ["/core/replicationcontrollers/", ["spec", "template"]],
  ["/apps/replicasets/", ["spec", "template"]],
  ["/apps/deployments/", ["spec", "template"]],
  ["/apps/daemonsets/", ["spec", "template"]],
  ["/apps/statefulsets/", ["spec", "template"]],
  ["/batch/jobs/", ["spec", "template"]],
  ["/batch/cronjobs/", ["spec", "jobTemplate", "spec", "template"]],
]);

/** Parts of a Pod of which no check looks at anything. */
const IGNORED = new Set(["exec", "attach", "binding", "eviction", "log", "portforward", "proxy", "status"]);

/** More Pods than this are not looked at when a namespace gets stricter. */
const MOST_PODS = 3000;

/** What Pod security looks things up in. */
export interface PodSecurityDeps {
  readonly store: ObjectStore;
  readonly registry: Registry;
}

/** Holds Pods against the level that the labels of their namespace enforce, and tells of workloads that ask for trouble. */
export function podSecurity(deps: PodSecurityDeps): AdmissionPlugin {
  return {
    name: "PodSecurity",
    prefixes: [NAMESPACES, PODS, ...TEMPLATES.keys()],
    validate(write) {
      const { operation, subresource, resource } = write.request;
      if (operation === "delete") return undefined;
      if (resource.storagePrefix === PODS)
        return IGNORED.has(subresource) ? undefined : judgePod(deps, write);
      if (subresource !== "") return undefined;
      return resource.storagePrefix === NAMESPACES ? judgeNamespace(deps, write) : judgeWorkload(deps, write);
    },
  };
}

async function policyFor(
  { store, registry }: PodSecurityDeps,
  { request }: PluginWrite,
): Promise<NamespacePolicy> {
  const namespaces = registry.find("", "v1", "namespaces");
  if (namespaces === undefined) return policyOf(undefined);
  const stored = await store.get(storageKey(namespaces, "", request.namespace));
  return policyOf(stored === undefined ? undefined : asJson(store.parse(namespaces, stored)));
}

async function judgePod(deps: PodSecurityDeps, write: PluginWrite): Promise<void> {
  const { request, object, old } = write;
  const policy = await policyFor(deps, write);
  const levels = [policy.enforce, policy.audit, policy.warn];
  request.context.audit?.annotate(`${ANNOTATIONS}enforce-policy`, levelText(policy.enforce));
  if (policy.errors.length === 0 && levels.every(({ level }) => level === "privileged")) return;
  if (request.operation === "update" && old !== undefined && !isSignificant(object, asJson(old))) return;
  const spec = child(object, "spec") ?? {};
  const violations = violationsOf(policy.enforce, child(object, "metadata"), spec);
  audit(write, policy.audit, object);
  if (violations.length > 0) {
    const what = `violates PodSecurity ${JSON.stringify(levelText(policy.enforce))}`;
    throw refuse(request, object, `${what}: ${detailsText(violations)}`);
  }
  warn(write, policy.warn, object);
}

async function judgeWorkload(deps: PodSecurityDeps, write: PluginWrite): Promise<void> {
  const path = TEMPLATES.get(write.request.resource.storagePrefix) ?? [];
  let template: JsonObject | undefined = write.object;
  for (const field of path) template = child(template, field);
  if (template === undefined) return;
  const policy = await policyFor(deps, write);
  audit(write, policy.audit, template);
  warn(write, policy.warn, template);
}

function audit({ request }: PluginWrite, level: LevelVersion, pod: JsonObject): void {
  const { audit: record } = request.context;
  const would = record === undefined ? undefined : wouldViolate(level, pod);
  if (would !== undefined) record?.annotate(`${ANNOTATIONS}audit-violations`, would);
}

function warn({ request }: PluginWrite, level: LevelVersion, pod: JsonObject): void {
  const would = wouldViolate(level, pod);
  if (would !== undefined) request.context.warn(would);
}

function wouldViolate(level: LevelVersion, pod: JsonObject): string | undefined {
  const violations = violationsOf(level, child(pod, "metadata"), child(pod, "spec") ?? {});
  if (violations.length === 0) return undefined;
  return `would violate PodSecurity ${JSON.stringify(levelText(level))}: ${detailsText(violations)}`;
}

/** Of what may change in a Pod, only images and new containers matter. */
function isSignificant(pod: JsonObject, old: JsonObject): boolean {
  const [now, before] = [child(pod, "spec") ?? {}, child(old, "spec") ?? {}];
  const image = (container: JsonObject | undefined): string => text(container, "image");
  const differs = ["containers", "initContainers"].some((field) => {
    const [current, previous] = [children(now, field), children(before, field)];
    if (current.length !== previous.length) return true;
    return current.some((container, index) => image(container) !== image(previous[index]));
  });
  if (differs) return true;
  const known = children(before, "ephemeralContainers");
  return children(now, "ephemeralContainers").some((container) => {
    const previous = known.find((each) => text(each, "name") === text(container, "name"));
    return previous === undefined || image(previous) !== image(container);
  });
}

/** Labels must be such that can be read, and who gets stricter hears of the Pods that are there. */
async function judgeNamespace(deps: PodSecurityDeps, { request, object, old }: PluginWrite): Promise<void> {
  const policy = policyOf(object);
  const before = policyOf(old === undefined ? undefined : asJson(old));
  const isNew = old === undefined || !jsonEqual([...policy.errors] as never, [...before.errors] as never);
  if (policy.errors.length > 0 && isNew)
    throw invalidError({ group: "", kind: "Namespace" }, request.name, policy.errors);
  if (old === undefined || !getsStricter(policy.enforce, before.enforce)) return;
  const name = text(child(object, "metadata"), "name");
  for (const warning of await podWarnings(deps, name, policy.enforce)) request.context.warn(warning);
}

function getsStricter(now: LevelVersion, before: LevelVersion): boolean {
  if (now.level === "privileged") return false;
  return now.minor !== before.minor || strictnessOf(now.level) > strictnessOf(before.level);
}

/** What a level has against the Pods of a namespace; those that are alike are told of once. */
async function podWarnings(
  { store, registry }: PodSecurityDeps,
  namespace: string,
  level: LevelVersion,
): Promise<readonly string[]> {
  const pods = registry.find("", "v1", "pods");
  if (pods === undefined) return [];
  const { entries } = await store.range(storageScope(pods, namespace), {});
  const ordered = prioritized(entries.map((entry) => asJson(store.parse(pods, entry))));
  const checked = ordered.slice(0, MOST_PODS);
  const found = new Map<string, string[]>();
  for (const pod of checked) {
    const violations = violationsOf(level, child(pod, "metadata"), child(pod, "spec") ?? {});
    if (violations.length === 0) continue;
    const reasons = violations.map(({ reason }) => reason).join(", ");
    found.set(reasons, [...(found.get(reasons) ?? []), text(child(pod, "metadata"), "name")]);
  }
  const isCut = checked.length < ordered.length;
  const cut = `new PodSecurity enforce level only checked against the first ${checked.length} of ${ordered.length} existing pods`;
  const title = `existing pods in namespace ${JSON.stringify(namespace)} violate the new PodSecurity enforce level ${JSON.stringify(levelText(level))}`;
  const lines = [...found].map(([reasons, names]) => `${countText(names)}: ${reasons}`).sort();
  return [...(isCut ? [cut] : []), ...(lines.length === 0 ? [] : [title]), ...lines];
}

function countText(names: readonly string[]): string {
  const [first = ""] = names.toSorted();
  const others = names.length - 1;
  if (others === 0) return first;
  return `${first} (and ${others} other ${others === 1 ? "pod" : "pods"})`;
}

/** Of Pods that one controller made, the first comes first, as the others are like it. */
function prioritized(pods: readonly JsonObject[]): readonly JsonObject[] {
  const seen = new Set<string>();
  const more: JsonObject[] = [];
  const first = pods.filter((pod) => {
    const owners = children(child(pod, "metadata"), "ownerReferences");
    const uid = text(
      owners.find((owner) => owner["controller"] === true),
      "uid",
    );
    if (uid === "" || !seen.has(uid)) {
      seen.add(uid);
      return true;
    }
    more.push(pod);
    return false;
  });
  return [...first, ...more];
}
