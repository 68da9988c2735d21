import { describeError } from "@weir/core";
import {
  badRequestError,
  FieldSelectorError,
  type FieldTerm,
  type KubeObject,
  parseFieldSelector,
} from "@weir/objects";
import type { Resource } from "../resources/resource.ts";
import { type Labels, type LabelSelector, LabelSelectorError, parseLabelSelector, quoteGo } from "@weir/text";

/** Which objects a list, a watch or a deletecollection is about. */
export interface Selection {
  /** True where every object is meant, so that none has to be read. */
  readonly isEverything: boolean;
  /** True where one name is asked for: within a namespace that is one object at the most. */
  readonly isSingle: boolean;
  matches(object: KubeObject): boolean;
}

/** Reads the selectors of a request; throws a 400 with Kubernetes' words. */
export function readSelection(resource: Resource, query: URLSearchParams): Selection {
  const labels = readLabelSelector(query.get("labelSelector") ?? "");
  const fields = readFieldTerms(resource, query.get("fieldSelector") ?? "");
  return {
    isEverything: labels.isEmpty && fields.length === 0,
    isSingle: fields.some(({ field, isNegated }) => field === "metadata.name" && !isNegated),
    matches: (object) =>
      labels.matches(labelsOf(object)) &&
      fields.every((term) => (resource.fieldValue(object, term.field) === term.value) !== term.isNegated),
  };
}

function labelsOf(object: KubeObject): Labels {
  return object.metadata.labels ?? {};
}

function readLabelSelector(selector: string): LabelSelector {
  try {
    return parseLabelSelector(selector);
  } catch (error) {
    if (error instanceof LabelSelectorError) throw badRequestError(describeError(error));
    throw error;
  }
}

function readFieldTerms(resource: Resource, selector: string): readonly FieldTerm[] {
  const terms = parse(selector).filter(({ field, value }) => field !== "" || value !== "");
  for (const { field } of terms) {
    if (!resource.selectableFields.includes(field)) throw unknownField(resource, field);
  }
  return terms;
}

function parse(selector: string): readonly FieldTerm[] {
  if (selector === "") return [];
  try {
    return parseFieldSelector(selector);
  } catch (error) {
    if (error instanceof FieldSelectorError) throw badRequestError(error.message);
    throw error;
  }
}

function unknownField(resource: Resource, field: string): Error {
  if (resource.isCustom) return badRequestError(`field label not supported: ${field}`);
  const generic = resource.selectableFields.length <= 2;
  if (resource.group === "batch" && resource.plural === "jobs")
    return badRequestError(`field label ${quoteGo(field)} not supported for Job`);
  if (!generic) return badRequestError(`field label not supported: ${field}`);
  return badRequestError(
    `${quoteGo(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
  );
}

/** The name that a selection by `metadata.name` asks for; RBAC by name looks at it. */
export function selectedName(query: URLSearchParams): string {
  const match = /(?:^|,)metadata\.name==?([^,]*)/.exec(query.get("fieldSelector") ?? "");
  return match?.[1] ?? "";
}
