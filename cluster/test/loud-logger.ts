import type { Logger } from "@weir/core";

/** Shows what goes wrong in a cluster in the output of its test. */
export const loudLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: (message, fields) => process.stderr.write(`warn: ${message} ${JSON.stringify(fields)}\n`),
  error: (message, fields) => process.stderr.write(`error: ${message} ${JSON.stringify(fields)}\n`),
  with: () => loudLogger,
};
