import { InvalidArgumentError } from "commander";
import { goDurationMs } from "@weir/core";

/** Reads a port of the command line; 0 is one that is free. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError("a port is a number from 0 to 65535");
}

/** Reads a number of things of the command line. */
export function parseCount(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("a count is a number from 0 on");
}

/** Reads a duration of the command line as milliseconds. */
export function parseDuration(text: string): number {
  try {
    return goDurationMs(text);
  } catch {
    throw new InvalidArgumentError("a duration reads as 90s, 5m or 1h30m");
  }
}
