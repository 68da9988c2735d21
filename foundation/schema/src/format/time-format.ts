const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether a text is a day as RFC 3339 writes it. */
export function isDate(text: string): boolean {
  const parts = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text);
  if (parts === null) return false;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeap ? 29 : DAYS[month - 1];
  return days !== undefined && day >= 1 && day <= days;
}

const CLOCK = /^([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))$/;

/** Whether a text is a `date-time`: an offset is needed, the hour is at most 23, no leap seconds. */
export function isDateTime(text: string): boolean {
  const [day = "", clock] = text.toLowerCase().split("t");
  if (clock === undefined || !isDate(day)) return false;
  const parts = CLOCK.exec(clock);
  if (parts === null) return false;
  const [, hour = "", minute = "", second = ""] = parts;
  return hour <= "23" && minute <= "59" && second <= "59";
}

const GO_DURATION =
  /^[-+]?(0|([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))*)$/;

const UNITS: ReadonlySet<string> = new Set("ns us µs ms s sec m min h hr d w wk".split(" "));

// The last name of each unit stands for every word that begins with it: `minutes`, `hours`.
const UNIT_PREFIXES = ["nano", "micro", "milli", "sec", "min", "hour", "day", "week"];

function isUnit(word: string): boolean {
  const unit = word.toLowerCase();
  return UNITS.has(unit) || UNIT_PREFIXES.some((prefix) => unit.startsWith(prefix));
}

/**
 * Whether a text is a duration: Go's syntax, or a text that holds a number and a unit (`1 hour`, also `PT1H`), as
 * Kubernetes' format of that name accepts.
 */
export function isDuration(text: string): boolean {
  if (GO_DURATION.test(text)) return true;
  for (const [, digits = "", unit = ""] of text.matchAll(/([0-9]+)[ \t\n\f\r]*([A-Za-zµ]+)/g)) {
    if (digits.length > 18) return false;
    if (isUnit(unit)) return true;
  }
  return false;
}
