import type { JsonObject } from "@weir/core";
import {
  type FieldError,
  fieldChild,
  fieldIndex,
  invalidField,
  joinFieldErrors,
  requiredField,
  unsupportedField,
} from "@weir/schema";
import { loadYaml } from "@weir/yaml";
import type { UserInfo } from "../auth/user-info.ts";
import { children, isDraft, list, strings, text } from "../resources/draft-access.ts";
import { AuditPolicyError } from "./audit-error.ts";

/** How much of a request is recorded. */
export type AuditLevel = "None" | "Metadata" | "Request" | "RequestResponse";

/** When in the life of a request something is recorded. */
export type AuditStage = "RequestReceived" | "ResponseStarted" | "ResponseComplete" | "Panic";

/** What a policy knows of a request. */
export interface AuditedRequest {
  readonly user: UserInfo | undefined;
  readonly verb: string;
  readonly path: string;
  /** Absent for what is no resource's. */
  readonly target: AuditTarget | undefined;
}

/** What a request to a resource is about; empty where a part does not apply. */
export interface AuditTarget {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

/** What a policy says of one request. */
export interface AuditDecision {
  readonly level: AuditLevel;
  readonly omitStages: ReadonlySet<AuditStage>;
  readonly omitManagedFields: boolean;
}

/** Says of each request how much of it is recorded. */
export type AuditPolicy = (request: AuditedRequest) => AuditDecision;

const LEVELS: readonly AuditLevel[] = ["None", "Metadata", "Request", "RequestResponse"];
const STAGES: readonly AuditStage[] = ["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"];

/** Records who did what and how it ended, once for each request: what is used where no policy is given. */
export function metadataPolicy(): AuditPolicy {
  const decision: AuditDecision = {
    level: "Metadata",
    omitStages: new Set(["RequestReceived"]),
    omitManagedFields: false,
  };
  return () => decision;
}

/**
 * Reads a Policy of `audit.k8s.io/v1` as `--audit-policy-file` of kube-apiserver names one, YAML or JSON. The first rule that
 * matches a request decides; without one it is not recorded. Throws an `AuditPolicyError`.
 */
export function parseAuditPolicy(source: string): AuditPolicy {
  const policy = readDocument(source);
  const rules = children(policy, "rules");
  const problems = [
    ...stageProblems(policy, "omitStages", "omitStages"),
    ...rules.flatMap((rule, index) => ruleProblems(rule, fieldIndex("rules", index))),
  ];
  if (problems.length > 0) throw new AuditPolicyError(joinFieldErrors(problems));
  if (rules.length === 0) throw new AuditPolicyError("loaded illegal policy with 0 rules");
  const omitted = strings(policy, "omitStages");
  const omitManagedFields = policy["omitManagedFields"] === true;
  const read = rules.map((rule) => readRule(rule, omitted, omitManagedFields));
  const none: AuditDecision = { level: "None", omitStages: new Set(), omitManagedFields };
  return (request) => read.find((rule) => rule.matches(request))?.decision ?? none;
}

function readDocument(source: string): JsonObject {
  let value: unknown;
  try {
    value = loadYaml(source);
  } catch (cause) {
    throw new AuditPolicyError("failed decoding the audit policy", { cause });
  }
  if (!isDraft(value as JsonObject)) throw new AuditPolicyError("the audit policy is not an object");
  const document = value as JsonObject;
  const [apiVersion, kind] = [text(document, "apiVersion"), text(document, "kind")];
  if (apiVersion !== "audit.k8s.io/v1" || kind !== "Policy") {
    throw new AuditPolicyError(`unknown group version field ${apiVersion}, Kind=${kind} in policy`);
  }
  return document;
}

function ruleProblems(rule: JsonObject, path: string): readonly FieldError[] {
  const level = text(rule, "level");
  const urls = strings(rule, "nonResourceURLs");
  const isBoth =
    urls.length > 0 && (list(rule, "resources").length > 0 || list(rule, "namespaces").length > 0);
  const urlsPath = fieldChild(path, "nonResourceURLs");
  return [
    ...levelProblems(level, fieldChild(path, "level")),
    ...urls.flatMap((url, index) => urlProblems(url, fieldIndex(urlsPath, index))),
    ...children(rule, "resources").flatMap((resource) =>
      resourceProblems(resource, fieldChild(path, "resources")),
    ),
    ...stageProblems(rule, "omitStages", fieldChild(path, "omitStages")),
    ...(isBoth
      ? [invalidField(urlsPath, urls, "rules cannot apply to both regular resources and non-resource URLs")]
      : []),
  ];
}

function levelProblems(level: string, path: string): readonly FieldError[] {
  if (level === "") return [requiredField(path, "")];
  return (LEVELS as readonly string[]).includes(level) ? [] : [unsupportedField(path, level, LEVELS)];
}

function urlProblems(url: string, path: string): readonly FieldError[] {
  if (url === "*") return [];
  const problems: FieldError[] = [];
  if (!url.startsWith("/"))
    problems.push(invalidField(path, url, "non-resource URL rules must begin with a '/' character"));
  if (url.slice(0, -1).includes("*"))
    problems.push(
      invalidField(path, url, "non-resource URL wildcards '*' must be the final character of the rule"),
    );
  return problems;
}

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_MESSAGE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

function resourceProblems(resource: JsonObject, path: string): readonly FieldError[] {
  const problems: FieldError[] = [];
  const group = text(resource, "group");
  if (group !== "" && group !== "*" && !SUBDOMAIN.test(group))
    problems.push(invalidField(fieldChild(path, "group"), group, SUBDOMAIN_MESSAGE));
  const names = strings(resource, "resourceNames");
  if (names.length > 0 && list(resource, "resources").length === 0) {
    const message = "using resourceNames requires at least one resource";
    problems.push(invalidField(fieldChild(path, "resourceNames"), names, message));
  }
  return problems;
}

function stageProblems(owner: JsonObject, field: string, path: string): readonly FieldError[] {
  return strings(owner, field).flatMap((stage, index) =>
    (STAGES as readonly string[]).includes(stage)
      ? []
      : [invalidField(fieldIndex(path, index), stage, `allowed stages are ${STAGES.join(",")}`)],
  );
}

interface Rule {
  readonly decision: AuditDecision;
  readonly matches: (request: AuditedRequest) => boolean;
}

// oxlint-disable-next-line max-params -- a rule and the two defaults of its policy
function readRule(rule: JsonObject, omitted: readonly string[], omitManagedFields: boolean): Rule {
  const users = new Set(strings(rule, "users"));
  const groups = strings(rule, "userGroups");
  const verbs = new Set(strings(rule, "verbs"));
  const urls = strings(rule, "nonResourceURLs");
  const namespaces = new Set(strings(rule, "namespaces"));
  const resources = children(rule, "resources").map(readResources);
  const own = rule["omitManagedFields"];
  const isAboutResources = namespaces.size > 0 || resources.length > 0;
  const aboutTarget = ({ target }: AuditedRequest): boolean =>
    target !== undefined &&
    (namespaces.size === 0 || namespaces.has(target.namespace)) &&
    (resources.length === 0 || resources.some((matches) => matches(target)));
  const matchesWhat = (request: AuditedRequest): boolean => {
    if (isAboutResources) return aboutTarget(request);
    if (urls.length === 0) return true;
    return request.target === undefined && urls.some((url) => matchesPath(url, request.path));
  };
  return {
    decision: {
      level: text(rule, "level") as AuditLevel,
      omitStages: new Set([...omitted, ...strings(rule, "omitStages")] as AuditStage[]),
      omitManagedFields: typeof own === "boolean" ? own : omitManagedFields,
    },
    matches: (request) => {
      const { user, verb } = request;
      if (users.size > 0 && (user === undefined || !users.has(user.name))) return false;
      if (groups.length > 0 && user?.groups.some((group) => groups.includes(group)) !== true) return false;
      return (verbs.size === 0 || verbs.has(verb)) && matchesWhat(request);
    },
  };
}

function matchesPath(url: string, path: string): boolean {
  return url === "*" || url === path || (url.endsWith("*") && path.startsWith(url.replace(/\*+$/, "")));
}

function readResources(entry: JsonObject): (target: AuditTarget) => boolean {
  const group = text(entry, "group");
  const resources = strings(entry, "resources");
  const names = new Set(strings(entry, "resourceNames"));
  return (target) => {
    if (group !== target.group && group !== "*") return false;
    if (resources.length === 0) return true;
    return (
      (names.size === 0 || names.has(target.name)) && resources.some((one) => matchesResource(one, target))
    );
  };
}

/** `pods`, `pods/log`, `pods/*`, `*` and its kind with a subresource of any resource. */
function matchesResource(wanted: string, { resource, subresource }: AuditTarget): boolean {
  const combined = subresource === "" ? resource : `${resource}/${subresource}`;
  if (wanted === combined || wanted === "*") return true;
  if (subresource !== "" && wanted === `*/${subresource}`) return true;
  return wanted.endsWith("/*") && wanted.slice(0, -2) === resource;
}
