import { readFileSync } from "node:fs";

/** The ticks of a second in /proc, the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Resident memory of a process in MB, now and at its largest; `undefined` where there is no /proc or no process. */
export function readMemory(pid: number): { readonly nowMb: number; readonly peakMb: number } | undefined {
  const status = readProc(`/proc/${pid}/status`);
  if (status === undefined) return undefined;
  const field = (name: string): number | undefined => {
    const kilobytes = new RegExp(`^${name}:\\s*(\\d+) kB$`, "m").exec(status)?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  };
  const nowMb = field("VmRSS");
  const peakMb = field("VmHWM");
  return nowMb === undefined || peakMb === undefined ? undefined : { nowMb, peakMb };
}

/**
 * CPU time of a process and of those that it started and that have ended, in seconds and steps of 0.01; `undefined` where
 * there is no /proc or no process.
 */
export function readCpu(pid: number): number | undefined {
  const fields = statOf(String(pid));
  if (fields === undefined) return undefined;
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;
}

/** CPU time of all processes that this one has started and that have ended, in seconds and steps of 0.01. */
export function readChildrenCpu(): number | undefined {
  const fields = statOf("self");
  if (fields === undefined) return undefined;
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

/** The fields of a process' stat from the third on: the second is the program's name, in brackets, and may hold anything. */
function statOf(pid: string): readonly string[] | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
