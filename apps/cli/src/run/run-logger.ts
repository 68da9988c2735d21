import type { LogFields, Logger } from "@weir/core";
import { pino } from "pino";

/** How log lines are written, as Flux's controllers are told. */
export interface RunLoggerOptions {
  /** `trace`, `debug`, `info` or `error`. */
  readonly level: string;
  /** `json`, or `console` for people. */
  readonly encoding: string;
  readonly write: (line: string) => void;
}

type Level = "debug" | "info" | "warn" | "error";

/** A logger whose JSON lines have the keys of Flux's: `level`, `ts`, `msg`, then the fields. */
export function createRunLogger({ level, encoding, write }: RunLoggerOptions): Logger {
  if (encoding === "console") return consoleLogger(level, write, {});
  const target = pino(
    {
      level,
      base: null,
      formatters: { level: (label) => ({ level: label }) },
      timestamp: () => `,"ts":"${new Date().toISOString()}"`,
    },
    { write },
  );
  const wrap = (inner: typeof target): Logger => ({
    debug: (message: string, fields?: LogFields) => inner.debug(fields ?? {}, message),
    info: (message: string, fields?: LogFields) => inner.info(fields ?? {}, message),
    warn: (message: string, fields?: LogFields) => inner.warn(fields ?? {}, message),
    error: (message: string, fields?: LogFields) => inner.error(fields ?? {}, message),
    with: (fields: LogFields) => wrap(inner.child(fields)),
  });
  return wrap(target);
}

const ORDER: readonly string[] = ["trace", "debug", "info", "warn", "error"];

/** Time, level, message and fields as JSON, parted by tabs. */
function consoleLogger(level: string, write: (line: string) => void, known: LogFields): Logger {
  const say = (at: Level, message: string, fields: LogFields = {}): void => {
    if (ORDER.indexOf(at) < ORDER.indexOf(level)) return;
    const all = { ...known, ...fields };
    const tail = Object.keys(all).length === 0 ? "" : `\t${JSON.stringify(all)}`;
    write(`${new Date().toISOString()}\t${at.toUpperCase()}\t${message}${tail}\n`);
  };
  return {
    debug: (message, fields) => say("debug", message, fields),
    info: (message, fields) => say("info", message, fields),
    warn: (message, fields) => say("warn", message, fields),
    error: (message, fields) => say("error", message, fields),
    with: (fields) => consoleLogger(level, write, { ...known, ...fields }),
  };
}
