/** Writes a time as Kubernetes' Time: RFC 3339 in UTC, whole seconds. Takes milliseconds since the epoch. */
export function formatTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** Writes a time as Kubernetes' MicroTime, which has exactly six digits of a second. */
export function formatMicroTime(milliseconds: number): string {
  const text = new Date(milliseconds).toISOString();
  const microseconds = Math.floor(milliseconds * 1000) % 1000;
  const digits = (microseconds < 0 ? microseconds + 1000 : microseconds).toString().padStart(3, "0");
  return `${text.slice(0, 23)}${digits}Z`;
}

/** Reads a Time or MicroTime to milliseconds since the epoch; `undefined` where there is none or it is malformed. */
export function parseTime(text: string | undefined): number | undefined {
  const milliseconds = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
