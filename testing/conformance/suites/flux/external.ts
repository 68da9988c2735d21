import { fluxSuite } from "../../src/flux/flux-suite.ts";
import type { Suite } from "../../src/suite.ts";

export const suite: Suite = fluxSuite("external");
