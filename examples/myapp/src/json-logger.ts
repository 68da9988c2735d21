import type { LogFields, Logger } from "@weir/core";

type Level = "debug" | "info" | "warn" | "error";

/** Writes a line of JSON for each message; `debug` only when asked to. */
export function jsonLogger(write: (line: string) => void, isVerbose = false, fields: LogFields = {}): Logger {
  const at =
    (level: Level) =>
    (message: string, more: LogFields = {}): void => {
      if (level === "debug" && !isVerbose) return;
      write(`${JSON.stringify({ ts: new Date().toISOString(), level, message, ...fields, ...more })}\n`);
    };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (more) => jsonLogger(write, isVerbose, { ...fields, ...more }),
  };
}
