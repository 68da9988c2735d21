import { describeError } from "@weir/core";
import { badRequestError, type KubeObject } from "@weir/objects";
import type { Resource } from "../resources/resource.ts";
import { type Labels, type LabelSelector, LabelSelectorError, parseLabelSelector } from "@weir/text";

/** Which objects a list, a watch or a deletecollection is about. */
export interface Selection {
  /** True where every object is meant, so that none has to be read. */
  readonly isEverything: boolean;
  matches(object: KubeObject): boolean;
}

interface FieldTerm {
  readonly field: string;
  readonly value: string;
  readonly isNegated: boolean;
}

/** Reads the selectors of a request; throws a 400 with Kubernetes' words. */
export function readSelection(resource: Resource, query: URLSearchParams): Selection {
  const labels = readLabelSelector(query.get("labelSelector") ?? "");
  const fields = parseFieldSelector(resource, query.get("fieldSelector") ?? "");
  return {
    isEverything: labels.isEmpty && fields.length === 0,
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

function parseFieldSelector(resource: Resource, selector: string): readonly FieldTerm[] {
  const terms = splitTerms(selector).filter((part) => part !== "");
  return terms.map((term) => {
    const match = /^((?:[^\\=!]|\\.)*?)(!=|==|=)(.*)$/s.exec(term);
    if (match === null) throw badRequestError(`invalid selector: '${selector}'; can't understand '${term}'`);
    const [, field = "", operator, value = ""] = match;
    if (!resource.selectableFields.includes(field)) throw unknownField(resource, field);
    return { field, value: unescape(selector, value), isNegated: operator === "!=" };
  });
}

/** Terms are parted by commas that no backslash escapes. */
function splitTerms(selector: string): readonly string[] {
  return selector.match(/(?:[^\\,]|\\.?)+/gs) ?? [];
}

/** Commas, equals signs and backslashes of a value are escaped. */
function unescape(selector: string, value: string): string {
  const bad =
    /\\(?![,=\\])/.exec(value.replaceAll(/\\[,=\\]/g, "")) ??
    /(?<!\\)=/.exec(value.replaceAll(/\\[,=\\]/g, ""));
  if (bad !== null) throw badRequestError(`invalid field selector: ${selector}`);
  return value.replaceAll(/\\([,=\\])/g, "$1");
}

function unknownField(resource: Resource, field: string): Error {
  if (resource.isCustom) return badRequestError(`field label not supported: ${field}`);
  const generic = resource.selectableFields.length <= 2;
  if (!generic) return badRequestError(`field label not supported: ${field}`);
  return badRequestError(
    `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`,
  );
}

/** The name that a selection by `metadata.name` asks for; RBAC by name looks at it. */
export function selectedName(query: URLSearchParams): string {
  const match = /(?:^|,)metadata\.name==?([^,]*)/.exec(query.get("fieldSelector") ?? "");
  return match?.[1] ?? "";
}
