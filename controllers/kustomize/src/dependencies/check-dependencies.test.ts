import type { Artifact, Kustomization } from "@weir/api";
import { ReadyExpressionError } from "@weir/consumer";
import type { ObjectKey } from "@weir/objects";
import { describe, expect, test } from "vitest";
import { aKustomization } from "../../test/a-kustomization.ts";
import { checkDependencies } from "./check-dependencies.ts";

const artifact = { revision: "main@sha1:2" } as Artifact;
const dependent = aKustomization({ name: "b", spec: { dependsOn: [{ name: "a" }] } });

const readyAt = (revision: string, observedGeneration = 1): Kustomization["status"] => ({
  observedGeneration,
  lastAppliedRevision: revision,
  conditions: [
    { type: "Ready", status: "True", reason: "R", message: "", lastTransitionTime: "2030-01-01T00:00:00Z" },
  ],
});

const reads =
  (...known: readonly Kustomization[]) =>
  ({ name }: ObjectKey): Kustomization | undefined =>
    known.find(({ metadata }) => metadata.name === name);

describe("checkDependencies", () => {
  const cases: readonly {
    readonly name: string;
    readonly known: readonly Kustomization[];
    readonly want?: string;
  }[] = [
    {
      name: "is ready with the revision to build",
      known: [aKustomization({ name: "a", status: readyAt("main@sha1:2") })],
    },
    {
      name: "is ready with any revision of another source",
      known: [
        aKustomization({
          name: "a",
          spec: { sourceRef: { kind: "GitRepository", name: "other" } },
          status: readyAt("main@sha1:1"),
        }),
      ],
    },
    {
      name: "does not exist",
      known: [],
      want: `dependency 'apps/a' not found: kustomizations.kustomize.toolkit.fluxcd.io "a" not found`,
    },
    {
      name: "has no status",
      known: [aKustomization({ name: "a" })],
      want: "dependency 'apps/a' is not ready",
    },
    {
      name: "has a generation that was not observed",
      known: [aKustomization({ name: "a", generation: 2, status: readyAt("main@sha1:2") })],
      want: "dependency 'apps/a' is not ready",
    },
    {
      name: "is ready with an older revision of the same source",
      known: [aKustomization({ name: "a", status: readyAt("main@sha1:1") })],
      want: "dependency 'apps/a' revision is not up to date",
    },
    {
      name: "depends on its dependent",
      known: [
        aKustomization({ name: "a", spec: { dependsOn: [{ name: "c" }] } }),
        aKustomization({ name: "c", spec: { dependsOn: [{ name: "x" }, { name: "b" }] } }),
      ],
      want: "dependency 'apps/a' is not ready: dependency cycle apps/b -> apps/a -> apps/c -> apps/b",
    },
  ];
  test.each(cases)("judges a dependency that $name", ({ known, want }) => {
    expect(checkDependencies(dependent, artifact, reads(...known))).toBe(want);
  });

  test("names a Kustomization that depends on itself", () => {
    const self = aKustomization({ name: "self", spec: { dependsOn: [{ name: "self" }] } });
    expect(checkDependencies(self, artifact, reads(self))).toBe(
      "dependency 'apps/self' is not ready: dependency cycle apps/self -> apps/self",
    );
  });

  test("looks at each of many dependencies once", () => {
    const layers = 40;
    const all = Array.from({ length: layers * 2 }, (_, index) => {
      const next = (Math.floor(index / 2) + 1) * 2;
      const dependsOn = next < layers * 2 ? [{ name: `n${next}` }, { name: `n${next + 1}` }] : [];
      return aKustomization({ name: `n${index}`, spec: { dependsOn } });
    });
    let count = 0;
    const read = reads(...all);
    const counting = (key: ObjectKey): Kustomization | undefined => {
      count += 1;
      return read(key);
    };
    checkDependencies(all[0] as Kustomization, artifact, counting);
    expect(count).toBeLessThanOrEqual(layers * 2 + 1);
  });

  const expressions: readonly {
    readonly name: string;
    readonly readyExpr: string;
    readonly isExpressionAdditive?: boolean;
    readonly want?: string;
  }[] = [
    { name: "is true, though it is not Ready", readyExpr: "dep.metadata.name == 'a'" },
    {
      name: "is true, though it must be Ready, too",
      readyExpr: "dep.metadata.name == 'a'",
      isExpressionAdditive: true,
      want: "dependency 'apps/a' is not ready",
    },
    {
      name: "is false",
      readyExpr: "dep.metadata.name == self.metadata.name",
      want: "dependency 'apps/a' is not ready according to readyExpr eval",
    },
    {
      name: "reads what is not there",
      readyExpr: "dep.nope == 1",
      want: "failed to evaluate the CEL expression 'dep.nope == 1': no such key: nope",
    },
  ];
  test.each(expressions)("judges a dependency whose expression $name", ({ readyExpr, want, ...rules }) => {
    const waiting = aKustomization({ name: "b", spec: { dependsOn: [{ name: "a", readyExpr }] } });
    const read = reads(aKustomization({ name: "a" }));
    const given = { isExpressionAdditive: false, ...rules };
    expect(checkDependencies(waiting, artifact, read, given)).toBe(want);
  });

  test("refuses an expression that cannot be a condition", () => {
    const waiting = aKustomization({ name: "b", spec: { dependsOn: [{ name: "a", readyExpr: "1" }] } });
    const read = reads(aKustomization({ name: "a" }));
    const judge = (): unknown => checkDependencies(waiting, artifact, read);
    expect(judge).toThrow(ReadyExpressionError);
    expect(judge).toThrow("terminal error: failed to evaluate dependency a");
  });
});
