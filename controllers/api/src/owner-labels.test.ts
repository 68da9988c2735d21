import { expect, test } from "vitest";
import { ownerLabels } from "./owner-labels.ts";

test("owner labels name the managing object by its group", () => {
  expect(ownerLabels("kustomize.toolkit.fluxcd.io", { name: "apps", namespace: "flux-system" })).toEqual({
    "kustomize.toolkit.fluxcd.io/name": "apps",
    "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
  });
});
