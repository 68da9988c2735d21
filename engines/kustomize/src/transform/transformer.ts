import type { ResourceMap } from "../resource/resource-map.ts";

/** One step that changes the resources of a layer in place. */
export type Transformer = (resources: ResourceMap) => void;
