import { statusUpdate } from "./builtin-strategy.ts";
import type { Strategy } from "./resource.ts";

/** The rules of `/status`: only the status is written, and PUT creates nothing. */
export function statusStrategy(strategy: Strategy, isCustom: boolean): Strategy {
  return {
    ...plainStrategy(strategy),
    resetFields: isCustom ? [["metadata"], ["spec"]] : [["spec"]],
    prepareForUpdate(object, old) {
      const result = statusUpdate(object, old);
      for (const key of Object.keys(object)) delete object[key];
      Object.assign(object, result);
    },
  };
}

/** No rules but the general ones: for subresources that say exactly what they change. */
export function plainStrategy(strategy: Strategy): Strategy {
  const { beforeStore: _beforeStore, ...rest } = strategy;
  return {
    ...rest,
    allowsCreateOnUpdate: false,
    allowsUnconditionalUpdate: true,
    resetFields: [],
    prepareForUpdate: () => {},
    validateUpdate: () => [],
  };
}
