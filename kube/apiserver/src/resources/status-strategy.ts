import { statusUpdate } from "./builtin-strategy.ts";
import type { Strategy } from "./resource.ts";

/** The rules of `/status`: only the status is written, and PUT creates nothing. */
export function statusStrategy(strategy: Strategy, isCustom: boolean): Strategy {
  return {
    ...strategy,
    allowsCreateOnUpdate: false,
    resetFields: isCustom ? [["metadata"], ["spec"]] : [["spec"]],
    prepareForUpdate(object, old) {
      const result = statusUpdate(object, old);
      for (const key of Object.keys(object)) delete object[key];
      Object.assign(object, result);
    },
    validateUpdate: () => [],
  };
}
