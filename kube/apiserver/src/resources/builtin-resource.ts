import type { JsonObject } from "@weir/core";
import {
  type BuiltinResource,
  builtinSchema,
  decodeObject,
  defaultObject,
  GoDecodeError,
  type GoReader,
  goStruct,
  selectableFields,
  settleLists,
  tableColumns,
} from "@weir/builtin";
import { badRequestError, type KubeObject } from "@weir/objects";
import type { SchemaNode } from "@weir/schema";
import type { ReadBody } from "../http/read-body.ts";
import { builtinCells } from "../table/builtin-cells.ts";
import { podConditions } from "../table/pod-conditions.ts";
import { builtinFieldValue } from "./builtin-fields.ts";
import { builtinStrategy } from "./builtin-strategy.ts";
import { type Conversion, conversionOf } from "./conversion.ts";
import { asJson, child, isDraft } from "./draft-access.ts";
import {
  apiVersionOf,
  type Column,
  type DecodedBody,
  type Draft,
  type Resource,
  type Strategy,
  type Subresource,
} from "./resource.ts";

/** A built-in kind as a served resource; its tables are read when they are first asked for. */
export class BuiltinServedResource implements Resource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly isNamespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: ReadonlyMap<string, Subresource>;
  readonly storagePrefix: string;
  readonly storageVersion: string;
  readonly storageVersionHash: string | undefined;
  readonly isCustom = false;
  readonly deprecation: string | undefined;
  readonly strategy: Strategy;
  readonly servesStoredText: boolean;
  readonly cells: Resource["cells"];
  readonly rowConditions: Resource["rowConditions"];
  readonly #definition: string;
  readonly #conversion: Conversion | undefined;

  constructor(row: BuiltinResource) {
    this.group = row.group;
    this.version = row.version;
    this.kind = row.kind;
    this.listKind = `${row.kind}List`;
    this.plural = row.plural;
    this.singular = row.singular;
    this.isNamespaced = row.namespaced;
    this.shortNames = row.shortNames ?? [];
    this.categories = row.categories ?? [];
    this.verbs = row.verbs;
    this.subresources = new Map((row.subresources ?? []).map((sub) => [sub.name, sub]));
    this.storageVersionHash = row.storageVersionHash;
    this.#definition = row.definition ?? "";
    this.#conversion = conversionOf(row);
    this.storagePrefix =
      this.#conversion?.storagePrefix ?? `/${row.group === "" ? "core" : row.group}/${row.plural}/`;
    this.storageVersion = this.#conversion?.storageVersion ?? apiVersionOf(row);
    this.servesStoredText = this.#conversion === undefined || this.#conversion.isStorageVersion;
    this.strategy = builtinStrategy(this.#definition);
    this.cells = builtinCells(this.#definition);
    if (this.#definition === "core.v1.Pod") this.rowConditions = podConditions;
    this.deprecation = deprecations[this.#definition];
  }

  get schema(): SchemaNode | undefined {
    return builtinSchema(this);
  }

  get columns(): readonly Column[] | undefined {
    return tableColumns(this)?.map((column) => ({ ...column, description: describeColumn(column.name) }));
  }

  get selectableFields(): readonly string[] {
    return selectableFields(this);
  }

  fieldValue(object: KubeObject, field: string): string {
    return builtinFieldValue(asJson(object), field);
  }

  decode(body: JsonObject, numbers?: ReadBody["numbers"], reader?: GoReader): DecodedBody {
    const struct = goStruct(this.#definition);
    if (struct === undefined) throw badRequestError(`no kind ${this.kind} is known`);
    try {
      const { value, unknownFields, emptied } = decodeObject(struct, body, numbers, reader);
      if (this.#definition === AUTOSCALER) keepEmptyPolicies(value, body);
      const object = { ...value, apiVersion: apiVersionOf(this), kind: this.kind };
      return { object: forgetsManagers(body) ? withoutAnyManager(object) : object, unknownFields, emptied };
    } catch (error) {
      if (!(error instanceof GoDecodeError)) throw error;
      throw badRequestError(
        `${this.kind} in version "${this.version}" cannot be handled as a ${this.kind}: ${error.message}`,
      );
    }
  }

  applyDefaults(object: JsonObject): Draft {
    return defaultObject(this.#definition, object) as Draft;
  }

  settle(object: Draft): Draft {
    const struct = keptAsJson.has(this.group) ? undefined : goStruct(this.#definition);
    return struct === undefined ? object : (settleLists(struct, object) as Draft);
  }

  fromStorage(object: KubeObject): KubeObject {
    return this.#conversion === undefined || this.servesStoredText
      ? object
      : this.#conversion.fromStorage(object);
  }

  toStorage(object: KubeObject): KubeObject {
    return this.#conversion === undefined || this.servesStoredText
      ? object
      : this.#conversion.toStorage(object);
  }
}

const AUTOSCALER = "autoscaling.v2.HorizontalPodAutoscaler";

/** A list of scaling policies that is written as empty is refused, where an absent one means the usual policies. */
function keepEmptyPolicies(object: JsonObject, body: JsonObject): void {
  const given = child(child(body, "spec"), "behavior");
  const behavior = child(child(object, "spec"), "behavior");
  if (given === undefined || behavior === undefined) return;
  for (const way of ["scaleUp", "scaleDown"]) {
    const policies = child(given, way)?.["policies"];
    const rules = child(behavior, way);
    if (rules !== undefined && Array.isArray(policies) && policies.length === 0) rules["policies"] = [];
  }
}

/** Help texts of columns are their own words: what kubectl prints comes from the cells. */
function describeColumn(name: string): string {
  return name === "Name"
    ? "Name of the object, unique among its kind in a namespace."
    : `${name} of the object.`;
}

/** Groups whose objects upstream stores as JSON, which keeps empty lists; all others are stored as protobuf. */
const keptAsJson = new Set(["apiextensions.k8s.io", "apiregistration.k8s.io"]);

const deprecations: Readonly<Record<string, string>> = {
  "core.v1.Endpoints": "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
  "core.v1.ComponentStatus": "v1 ComponentStatus is deprecated in v1.19+",
};

/** An empty list of managers says that all are to be forgotten, which none at all does not. */
function forgetsManagers({ metadata }: JsonObject): boolean {
  const managers = isDraft(metadata) ? metadata["managedFields"] : undefined;
  return Array.isArray(managers) && managers.length === 0;
}

function withoutAnyManager(object: JsonObject): JsonObject {
  return { ...object, metadata: { ...child(object, "metadata"), managedFields: [] } };
}
