/** How long ago a time was, as kubectl prints ages: `45s`, `3m20s`, `5h`, `12d`, `2y3d`. */
export function humanAge(timestamp: string, now: number): string {
  const time = Date.parse(timestamp);
  return Number.isNaN(time) ? "<unknown>" : humanDuration(now - time);
}

/** A duration in milliseconds in its two largest units, the smaller one only while it tells something. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return two(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return two(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return two(days, "d", hours % 24, "h");
  const years = Math.floor(days / 365);
  if (years < 2) return `${days}d`;
  return years < 8 ? two(years, "y", days % 365, "d") : `${years}y`;
}

// oxlint-disable-next-line max-params -- two amounts with their units
function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}
