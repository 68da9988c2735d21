import type { JsonObject } from "@weir/core";
import { formatQuantity, type Quantity, quantityMilliValue, quantityValue } from "@weir/text";
import { child, children, metaOf, text } from "../../resources/draft-access.ts";
import type { Draft } from "../../resources/resource.ts";
import type { FollowedObjects } from "./followed-objects.ts";
import { type AdmissionPlugin, creates, joinProblems, PODS, type PluginWrite, refuse } from "./plugin.ts";
import { type Amounts, amountsOf, podAmounts } from "./pod-resources.ts";

const ANNOTATION = "kubernetes.io/limit-ranger";

/** Gives containers what the LimitRanges of a namespace say, and refuses what is beyond them. */
export function limitRanger(ranges: FollowedObjects): AdmissionPlugin {
  const of = ({ request, old }: PluginWrite): readonly JsonObject[] => {
    if (!ranges.has(request.namespace) || old?.metadata.deletionTimestamp !== undefined) return [];
    return ranges.in(request.namespace);
  };
  return {
    name: "LimitRanger",
    prefixes: [PODS, "/core/persistentvolumeclaims/"],
    mutate(write) {
      if (write.request.resource.plural !== "pods" || !creates(write.request)) return;
      for (const range of of(write)) setDefaults(range, write.object);
    },
    validate(write) {
      const isPod = write.request.resource.plural === "pods";
      const { subresource } = write.request;
      const isSeen = isPod ? creates(write.request) || subresource === "resize" : subresource === "";
      if (!isSeen) return;
      for (const range of of(write)) {
        const problems = isPod ? podProblems(range, write.object) : claimProblems(range, write.object);
        if (problems.length > 0) throw refuse(write.request, write.object, joinProblems(problems));
      }
    },
  };
}

function limitsOf(range: JsonObject, type: string): readonly JsonObject[] {
  return children(child(range, "spec"), "limits").filter((limit) => text(limit, "type") === type);
}

function setDefaults(range: JsonObject, pod: Draft): void {
  const limits = limitsOf(range, "Container");
  const defaults = {
    limits: Object.assign({}, ...limits.map((limit) => child(limit, "default"))) as JsonObject,
    requests: Object.assign({}, ...limits.map((limit) => child(limit, "defaultRequest"))) as JsonObject,
  };
  const said: string[] = [];
  const spec: Draft = { ...child(pod, "spec") };
  for (const [field, title] of [
    ["containers", "container"],
    ["initContainers", "init container"],
  ] as const) {
    if (!Array.isArray(spec[field])) continue;
    spec[field] = children(spec, field).map((container) => withDefaults(container, defaults, title, said));
  }
  pod["spec"] = spec;
  if (said.length === 0) return;
  const metadata = metaOf(pod);
  metadata["annotations"] = {
    ...child(metadata, "annotations"),
    [ANNOTATION]: `LimitRanger plugin set: ${said.join("; ")}`,
  };
}

// oxlint-disable-next-line max-params -- one container, what it gets and what is said of that
function withDefaults(
  container: JsonObject,
  defaults: { readonly limits: JsonObject; readonly requests: JsonObject },
  title: string,
  said: string[],
): JsonObject {
  const resources: Draft = { ...child(container, "resources") };
  const fill = (which: "limits" | "requests", word: string): void => {
    const own = child(resources, which) ?? {};
    const missing = Object.keys(defaults[which]).filter((name) => !Object.hasOwn(own, name));
    if (missing.length === 0) return;
    resources[which] = { ...defaults[which], ...own };
    said.push(`${missing.sort().join(", ")} ${word} for ${title} ${text(container, "name")}`);
  };
  fill("requests", "request");
  fill("limits", "limit");
  return { ...container, resources };
}

function podProblems(range: JsonObject, pod: JsonObject): readonly string[] {
  const spec = child(pod, "spec") ?? {};
  const containers = [...children(spec, "containers"), ...children(spec, "initContainers")];
  return children(child(range, "spec"), "limits").flatMap((limit) => {
    const type = text(limit, "type");
    if (type === "Container") {
      return containers.flatMap((container) => {
        const resources = child(container, "resources");
        const asked = amountsOf(child(resources, "requests"));
        return problemsOf(limit, asked, amountsOf(child(resources, "limits")));
      });
    }
    if (type !== "Pod") return [];
    return problemsOf(limit, podAmounts(spec, "requests"), podAmounts(spec, "limits"));
  });
}

function claimProblems(range: JsonObject, claim: JsonObject): readonly string[] {
  const asked = amountsOf(child(child(child(claim, "spec"), "resources"), "requests"));
  return limitsOf(range, "PersistentVolumeClaim").flatMap((limit) => {
    const checks = boundsOf(limit, asked, new Map());
    return [...checks.tooLittle, ...boundsOf(limit, asked, asked, "request").tooMuch];
  });
}

function problemsOf(limit: JsonObject, asked: Amounts, limited: Amounts): readonly string[] {
  const bounds = boundsOf(limit, asked, limited);
  const ratios = [...amountsOf(child(limit, "maxLimitRequestRatio"))].flatMap(([name, ratio]) => {
    const problem = ratioProblem(ratio, asked.get(name), limited.get(name));
    return problem === undefined
      ? []
      : [`${name} max limit to request ratio per ${text(limit, "type")} is ${problem}`];
  });
  return [...bounds.tooLittle, ...bounds.tooMuch, ...ratios];
}

// oxlint-disable-next-line max-params -- one limit and what is held against it
function boundsOf(
  limit: JsonObject,
  asked: Amounts,
  limited: Amounts,
  what: "limit" | "request" = "limit",
): { readonly tooLittle: readonly string[]; readonly tooMuch: readonly string[] } {
  const type = text(limit, "type");
  const check = (
    word: "minimum" | "maximum",
    enforced: Amounts,
    find: (bound: Quantity, name: string) => string | undefined,
  ): readonly string[] =>
    [...enforced].flatMap(([name, bound]) => {
      const problem = find(bound, name);
      if (problem === undefined) return [];
      return [`${word} ${name} usage per ${type} is ${formatQuantity(bound)}${problem}`];
    });
  const compared = (amount: Quantity | undefined, bound: Quantity): bigint =>
    amount === undefined ? 0n : quantityMilliValue(amount) - quantityMilliValue(bound);
  const but = (title: string, amount: Quantity | undefined): string =>
    `, but ${title} is ${amount === undefined ? "" : formatQuantity(amount)}`;
  return {
    tooLittle: check("minimum", amountsOf(child(limit, "min")), (bound, name) => {
      const [request, most] = [asked.get(name), limited.get(name)];
      if (request === undefined) return ".  No request is specified";
      if (compared(request, bound) < 0n) return but("request", request);
      return compared(most, bound) < 0n ? but("limit", most) : undefined;
    }),
    tooMuch: check("maximum", amountsOf(child(limit, "max")), (bound, name) => {
      const [request, most] = [asked.get(name), limited.get(name)];
      if (most === undefined) return `.  No ${what} is specified`;
      if (compared(most, bound) > 0n) return but(what, most);
      return compared(request, bound) > 0n ? but("request", request) : undefined;
    }),
  };
}

function ratioProblem(
  ratio: Quantity,
  asked: Quantity | undefined,
  limited: Quantity | undefined,
): string | undefined {
  const shown = formatQuantity(ratio);
  if (asked === undefined || quantityValue(asked) === 0n)
    return `${shown}, but no request is specified or request is 0`;
  if (limited === undefined || quantityValue(limited) === 0n)
    return `${shown}, but no limit is specified or limit is 0`;
  const observed = Number(quantityMilliValue(limited)) / Number(quantityMilliValue(asked));
  if (observed * 1000 <= Number(quantityMilliValue(ratio))) return undefined;
  return `${shown}, but provided ratio is ${observed.toFixed(6)}`;
}
