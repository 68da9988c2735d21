import { type CelType, DYN, isDynOrError, isSameType } from "./cel-type.ts";

/** What the type parameters of an expression stand for, as far as is known. */
export class TypeBindings {
  #bound: Map<string, CelType>;

  constructor(bound: ReadonlyMap<string, CelType> = new Map()) {
    this.#bound = new Map(bound);
  }

  /** Whether values of the types fit each other pairwise; what is learned of parameters is kept only if all do. */
  unify(left: readonly CelType[], right: readonly CelType[]): boolean {
    if (left.length !== right.length) return false;
    const trial = new TypeBindings(this.#bound);
    if (!left.every((type, index) => trial.#fits(type, right[index] ?? DYN))) return false;
    this.#bound = trial.#bound;
    return true;
  }

  /** Puts in what parameters stand for; those that stand for nothing yet may be read as `dyn`. */
  resolve(type: CelType, openIsDyn: boolean): CelType {
    if (type.kind === "parameter") {
      const bound = this.#bound.get(type.name);
      if (bound !== undefined) return this.resolve(bound, openIsDyn);
      return openIsDyn ? DYN : type;
    }
    if (type.params.length === 0) return type;
    return { ...type, params: type.params.map((param) => this.resolve(param, openIsDyn)) };
  }

  #fits(left: CelType, right: CelType): boolean {
    if (right.kind === "parameter") {
      const { isValid, isKnown } = this.#substitute(left, right);
      if (isValid) return true;
      if (isKnown) return false;
    }
    if (left.kind === "parameter") return this.#substitute(right, left).isValid;
    if (isDynOrError(left) || isDynOrError(right)) return true;
    if (left.kind === "null") return isNullable(right);
    if (right.kind === "null") return isNullable(left);
    return this.#fitsConcrete(left, right);
  }

  #fitsConcrete(left: CelType, right: CelType): boolean {
    if (left.kind === "wrapper") return this.#fits(left.params[0] ?? DYN, right);
    if (right.kind === "wrapper") return this.#fits(left, right.params[0] ?? DYN);
    if (left.kind !== right.kind) return false;
    switch (left.kind) {
      case "type":
        return true;
      case "opaque":
      case "object":
        return left.name === right.name && this.#allFit(left.params, right.params);
      default:
        return this.#allFit(left.params, right.params);
    }
  }

  #allFit(left: readonly CelType[], right: readonly CelType[]): boolean {
    return left.length === right.length && left.every((type, index) => this.#fits(type, right[index] ?? DYN));
  }

  #substitute(type: CelType, parameter: CelType): { readonly isValid: boolean; readonly isKnown: boolean } {
    if (isSameType(type, parameter)) return { isValid: true, isKnown: true };
    const bound = this.#bound.get(parameter.name);
    if (bound !== undefined) {
      if (isSameType(type, bound)) return { isValid: true, isKnown: true };
      if (!this.#fits(type, bound)) return { isValid: false, isKnown: true };
      const general = mostGeneral(type, bound);
      if (this.#isFreeOf(parameter, general)) this.#bound.set(parameter.name, general);
      return { isValid: true, isKnown: true };
    }
    if (!this.#isFreeOf(parameter, type)) return { isValid: false, isKnown: false };
    this.#bound.set(parameter.name, type);
    return { isValid: true, isKnown: false };
  }

  /** Whether a parameter does not occur in a type that it is to stand for. */
  #isFreeOf(parameter: CelType, type: CelType): boolean {
    if (isSameType(parameter, type)) return false;
    if (type.kind === "parameter") {
      const bound = this.#bound.get(type.name);
      return bound === undefined || this.#isFreeOf(parameter, bound);
    }
    return type.params.every((param) => this.#isFreeOf(parameter, param));
  }
}

function isNullable(type: CelType): boolean {
  return ["null", "opaque", "object", "duration", "timestamp", "wrapper"].includes(type.kind);
}

/** The type that holds the values of both. */
export function mostGeneral(left: CelType, right: CelType): CelType {
  return isAsGeneral(left, right) ? left : right;
}

function isAsGeneral(left: CelType, right: CelType): boolean {
  if (left.kind === "dyn" || left.kind === "parameter") return true;
  if (right.kind === "dyn" || right.kind === "parameter") return false;
  if (left.kind !== right.kind) return false;
  if (left.kind === "type") return true;
  return (
    left.name === right.name &&
    left.params.length === right.params.length &&
    left.params.every((param, index) => isAsGeneral(param, right.params[index] ?? DYN))
  );
}
