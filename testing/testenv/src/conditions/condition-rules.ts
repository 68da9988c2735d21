import { type Condition, findCondition, isConditionTrue } from "@weir/sdk";
import type { KubeObject } from "@weir/objects";

/** What is wrong with the conditions of an object, by Flux's numbering of its rules. */
export interface ConditionViolation {
  /** `FAIL0001` … break what clients rely on, `WARN0001` … are bad habits. */
  readonly rule: string;
  readonly message: string;
}

/** What the rules need to know of a controller. */
export interface ConditionRulesOptions {
  /** Conditions whose `True` means trouble, the most important first; Stalled and Reconciling by default. */
  readonly negative?: readonly string[];
  /** Nobody works on the object any more, so its status has to be of its own generation; false by default. */
  readonly atRest?: boolean;
}

/** What a rule looks at. */
interface Observed {
  readonly generation: number;
  readonly observedGeneration: number;
  readonly conditions: readonly Condition[];
  readonly negative: readonly string[];
  readonly isReady: boolean;
  /** The run goes on, as Reconciling says. */
  readonly isUnderWay: boolean;
}

interface Rule {
  readonly name: string;
  /**
   * What holds of a status that a run ended with need not hold in the middle of one; and of an object that was changed
   * a moment ago, the status may be that of the generation before.
   */
  readonly when: "always" | "at-the-end" | "at-rest";
  /** What is wrong; nothing, where the rule holds. */
  readonly check: (observed: Observed) => string | undefined;
}

const PROGRESSING = "Progressing";

/**
 * Holds the conditions of one object against the rules that Flux's own controllers are tested with (`FAIL0001` to
 * `FAIL0011` without the withdrawn 10th, `WARN0001` to `WARN0005` of its condition checker). An object that nobody has
 * reported on yet breaks none.
 *
 * A status written in the middle of a run (Reconciling for the reason Progressing) is held against those rules alone
 * that hold there: Ready may still tell of the generation before.
 */
export function checkConditions(
  object: Pick<KubeObject, "metadata"> & { readonly status?: unknown },
  options: ConditionRulesOptions = {},
): readonly ConditionViolation[] {
  const observed = observe(object, options.negative ?? ["Stalled", "Reconciling"]);
  if (observed === undefined) return [];
  return rules.flatMap(({ name, when, check }) => {
    if (when !== "always" && observed.isUnderWay) return [];
    if (when === "at-rest" && options.atRest !== true) return [];
    const message = check(observed);
    return message === undefined ? [] : [{ rule: name, message }];
  });
}

function observe(
  { metadata, status }: { readonly metadata: KubeObject["metadata"]; readonly status?: unknown },
  negative: readonly string[],
): Observed | undefined {
  const { conditions, observedGeneration } = (status ?? {}) as {
    readonly conditions?: readonly Condition[];
    readonly observedGeneration?: number;
  };
  if (conditions === undefined || conditions.length === 0) return undefined;
  const reconciling = findCondition(conditions, "Reconciling");
  return {
    generation: metadata.generation ?? 0,
    observedGeneration: observedGeneration ?? 0,
    conditions,
    negative,
    isReady: isConditionTrue(conditions, "Ready"),
    isUnderWay: reconciling?.status === "True" && reconciling.reason === PROGRESSING,
  };
}

function typesOf(conditions: readonly Condition[]): string | undefined {
  return conditions.length === 0 ? undefined : conditions.map(({ type }) => type).join(", ");
}

function negatives({ conditions, negative }: Observed): readonly Condition[] {
  return negative.flatMap((type) => findCondition(conditions, type) ?? []);
}

const rules: readonly Rule[] = [
  {
    name: "FAIL0001",
    when: "at-the-end",
    check: (observed) => {
      if (!observed.isReady) return undefined;
      const types = typesOf(negatives(observed).filter(({ status }) => status === "True"));
      return types === undefined ? undefined : `Ready is True, and so is ${types}`;
    },
  },
  {
    name: "FAIL0002",
    when: "always",
    check: ({ conditions }) =>
      findCondition(conditions, "Ready") === undefined ? "there is no Ready condition" : undefined,
  },
  {
    name: "FAIL0003",
    when: "at-the-end",
    check: ({ conditions }) =>
      isConditionTrue(conditions, "Reconciling") && findCondition(conditions, "Ready")?.status !== "False"
        ? "Reconciling is True, and Ready is not False"
        : undefined,
  },
  {
    name: "FAIL0004",
    when: "always",
    check: ({ conditions }) =>
      isConditionTrue(conditions, "Stalled") && findCondition(conditions, "Ready")?.status !== "False"
        ? "Stalled is True, and Ready is not False"
        : undefined,
  },
  {
    name: "FAIL0005",
    when: "always",
    check: ({ conditions }) =>
      findCondition(conditions, "Reconciling") !== undefined &&
      findCondition(conditions, "Stalled") !== undefined
        ? "there are both Reconciling and Stalled"
        : undefined,
  },
  {
    name: "FAIL0006",
    when: "always",
    check: ({ generation, observedGeneration }) =>
      observedGeneration > generation
        ? `observedGeneration ${observedGeneration} is beyond generation ${generation}`
        : undefined,
  },
  {
    name: "FAIL0007",
    when: "at-rest",
    check: ({ generation, observedGeneration, isReady }) =>
      isReady && observedGeneration < generation
        ? `Ready is True, and observedGeneration ${observedGeneration} is before generation ${generation}`
        : undefined,
  },
  {
    name: "FAIL0008",
    when: "at-rest",
    check: ({ conditions, generation, isReady }) => {
      if (!isReady) return undefined;
      const types = typesOf(conditions.filter((one) => (one.observedGeneration ?? 0) < generation));
      return types === undefined ? undefined : `Ready is True, and ${types} is of an earlier generation`;
    },
  },
  {
    name: "FAIL0009",
    when: "at-the-end",
    check: ({ conditions, observedGeneration, isReady }) => {
      if (!isReady) return undefined;
      const types = typesOf(conditions.filter((one) => (one.observedGeneration ?? 0) !== observedGeneration));
      return types === undefined
        ? undefined
        : `Ready is True, and ${types} is of another generation than observedGeneration ${observedGeneration}`;
    },
  },
  {
    name: "FAIL0011",
    when: "always",
    check: ({ conditions }) =>
      findCondition(conditions, "Ready")?.status === "Unknown" && !isConditionTrue(conditions, "Reconciling")
        ? "Ready is Unknown, and Reconciling is not True"
        : undefined,
  },
  {
    name: "WARN0001",
    when: "at-the-end",
    check: (observed) => {
      const types = observed.isReady ? typesOf(negatives(observed)) : undefined;
      return types === undefined ? undefined : `Ready is True, and there is ${types}`;
    },
  },
  {
    name: "WARN0002",
    when: "at-the-end",
    check: (observed) => {
      const [first] = negatives(observed);
      const ready = findCondition(observed.conditions, "Ready");
      // Reconciling and Stalled say that something is wrong, not what.
      if (observed.isReady || first === undefined || ["Reconciling", "Stalled"].includes(first.type))
        return undefined;
      return ready?.reason === first.reason && ready.message === first.message
        ? undefined
        : `Ready does not give the reason and message of ${first.type}`;
    },
  },
  ...["Reconciling", "Stalled"].map(
    (type, index): Rule => ({
      name: `WARN000${index + 3}`,
      when: "always",
      check: ({ conditions }) =>
        findCondition(conditions, type)?.status === "False"
          ? `${type} is False, where it could be absent`
          : undefined,
    }),
  ),
  {
    name: "WARN0005",
    when: "always",
    check: ({ conditions }) => {
      const types = typesOf(conditions.filter(({ observedGeneration }) => (observedGeneration ?? 0) < 1));
      return types === undefined ? undefined : `${types} has no observedGeneration`;
    },
  },
];
