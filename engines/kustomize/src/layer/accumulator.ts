import { EMPTY_CONFIG, type TransformerConfig } from "../file/default-field-specs.ts";
import { mergeConfigs } from "../file/transformer-config.ts";
import type { ChartInflation } from "../generate/chart-request.ts";
import { ResourceMap } from "../resource/resource-map.ts";
import type { SchemaState } from "../resource/schema-state.ts";
import { VarSet } from "../transform/vars.ts";
import type { BuildObserver } from "./observer.ts";

/** Resources on their way up, with the configuration and variables that came along. */
export class Accumulator {
  readonly resources = new ResourceMap();
  readonly vars = new VarSet();
  config: TransformerConfig = EMPTY_CONFIG;

  merge(other: Accumulator): void {
    this.resources.appendAll(other.resources.resources);
    this.config = mergeConfigs(this.config, other.config);
    this.vars.addAll(other.vars);
  }
}

/** What all layers of one build share. */
export interface BuildContext {
  readonly schemas: SchemaState;
  readonly warnings: string[];
  /** Looks on, where somebody asked why; an ordinary build has none. */
  readonly observer: BuildObserver | undefined;
  /** How charts are inflated; they are refused where it is absent. */
  readonly charts: ChartInflation | undefined;
}
