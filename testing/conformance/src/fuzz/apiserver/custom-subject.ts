import type { JsonValue } from "@weir/core";
import { redefine } from "./definition-grammar.ts";
import type { DefinedKind } from "./definition.ts";
import { someValue } from "./schema-values.ts";
import { type Fields, isFields, type Subject } from "./subject.ts";

/** The objects of a definition. */
export function customSubject(defined: DefinedKind): Subject {
  const { group, kind, plural, isNamespaced, hasStatus, hasScale, versions } = defined;
  const scope = isNamespaced ? "namespaces/$NS/" : "";
  const collections = Object.keys(versions).map((name) => [
    `${group}/${name}`,
    `/apis/${group}/${name}/${scope}${plural}`,
  ]);
  return {
    kind,
    collections: Object.fromEntries(collections) as Record<string, string>,
    subresources: [...(hasStatus ? ["status"] : []), ...(hasScale ? ["scale"] : [])],
    isCustom: true,
    isShared: false,
    redefine: (dice) => redefine(dice, defined),
    fieldSelectors: ["spec.a=x", "spec.on=true", "spec.port=5", "spec.name!=a", "nope=1"],
    content(dice, apiVersion, { wrong }) {
      const schema = versions[apiVersion.split("/").at(-1) ?? ""] ?? {};
      const value: JsonValue = someValue(dice, { ...schema, nullable: false }, wrong);
      if (!isFields(value)) return { spec: value };
      const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...content } = value;
      return content as Fields;
    },
  };
}
