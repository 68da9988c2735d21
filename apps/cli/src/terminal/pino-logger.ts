import type { LogFields, Logger } from "@weir/core";
import { destination, type Logger as Pino, pino } from "pino";

/** A logger that writes JSON lines to standard error from a level such as `debug` on. */
export function createLogger(level: string): Logger {
  return wrap(pino({ level }, destination({ fd: 2, sync: true })));
}

function wrap(target: Pino): Logger {
  return {
    debug: (message: string, fields?: LogFields) => target.debug(fields ?? {}, message),
    info: (message: string, fields?: LogFields) => target.info(fields ?? {}, message),
    warn: (message: string, fields?: LogFields) => target.warn(fields ?? {}, message),
    error: (message: string, fields?: LogFields) => target.error(fields ?? {}, message),
    with: (fields: LogFields) => wrap(target.child(fields)),
  };
}
