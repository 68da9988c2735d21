import { type Failure, type Place, silentFailure } from "./failure.ts";
import type { SchemaNode } from "./schema-node.ts";
import type { SchemaValue } from "./schema-value.ts";
import type { Unevaluated } from "./unevaluated.ts";

/** How a schema was come to. */
export interface Scope {
  readonly node: SchemaNode;
  /** The keyword of a reference that led here. */
  readonly keyword: string;
  /** The same for all scopes that look at the same value. */
  readonly valueId: number;
  readonly parent: Scope | undefined;
}

/** The check of one value against one schema. */
export interface Visit {
  readonly node: SchemaNode;
  readonly value: SchemaValue;
  readonly at: Place | undefined;
  readonly scope: Scope;
  /** Nobody asks what failed. */
  readonly isSilent: boolean;
  readonly unevaluated: Unevaluated;
  readonly metaschema: SchemaNode | undefined;
  readonly failures: Failure[];
}

/** How a check of one schema has others made. */
export interface Checker {
  /** Accounts for work beside the schemas themselves: characters looked at, items compared. */
  charge(amount: number): void;
  /** Checks a value that stands nowhere. */
  validate(node: SchemaNode, value: SchemaValue): readonly Failure[];
  /** Checks the same value against another schema. */
  self(visit: Visit, node: SchemaNode): Failure | undefined;
  /** Checks what stands right below the value. */
  below(visit: Visit, node: SchemaNode, value: SchemaValue, token: string): Failure | undefined;
}

/** A failure of this visit, with what it came from. */
export function failureOf(visit: Visit, text: string, causes: readonly Failure[] = []): Failure {
  return visit.isSilent ? silentFailure : { kind: "plain", at: visit.at, text, causes };
}

/** Notes a failure, if there is one. */
export function addFailure(visit: Visit, failure: Failure | undefined): void {
  if (failure !== undefined) visit.failures.push(failure);
}
