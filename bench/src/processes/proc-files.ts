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

/** CPU time of all processes that this one has started and that have ended, in seconds and steps of 0.01. */
export function readChildrenCpu(): number | undefined {
  const stat = readProc("/proc/self/stat");
  if (stat === undefined) return undefined;
  // The second field is the program's name, in brackets, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
