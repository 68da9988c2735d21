import { GoObject } from "../go-value/go-value.ts";
import type { GoFunction } from "../go-value/go-function.ts";
import { bindGoMethod, type GoMethods } from "./go-method.ts";
import { ZONE_NAMES } from "./zone-names.ts";

/** What a clock on the wall shows at one instant. */
export interface ZoneOffset {
  /** `CET`, `+03`; empty where the zone has no name. */
  readonly abbreviation: string;
  /** Seconds east of UTC. */
  readonly seconds: number;
}

/** A `*time.Location`: how instants become dates. */
export class GoLocation extends GoObject {
  override readonly type = "*time.Location";
  override readonly kind = "ptr";
  readonly name: string;
  readonly #offsetAt: (unixSeconds: bigint) => ZoneOffset;

  constructor(name: string, offsetAt: (unixSeconds: bigint) => ZoneOffset) {
    super();
    this.name = name;
    this.#offsetAt = offsetAt;
  }

  offsetAt(unixSeconds: bigint): ZoneOffset {
    return this.#offsetAt(unixSeconds);
  }

  override text(): string {
    return this.name;
  }

  override method(name: string): GoFunction | undefined {
    return bindGoMethod(METHODS, name, this);
  }
}

const METHODS: GoMethods<GoLocation> = new Map([
  ["String", { params: [], result: "string", call: (location: GoLocation) => location.name }],
]);

const ZERO: ZoneOffset = { abbreviation: "UTC", seconds: 0 };

/** Go's `time.UTC`. */
export const utcLocation = new GoLocation("UTC", () => ZERO);

/** Go's `time.Local`, which is UTC wherever Weir runs. */
export const localLocation = new GoLocation("Local", () => ZERO);

/** A location that is always the same distance from UTC: Go's `time.FixedZone`. */
export function fixedLocation(name: string, seconds: number): GoLocation {
  return new GoLocation(name, () => ({ abbreviation: name, seconds }));
}

/** Go's `time.LoadLocation`: UTC for an empty name, `Local`, or a zone of the IANA database by its exact name. */
export function loadLocation(name: string): GoLocation | undefined {
  if (name === "" || name === "UTC") return utcLocation;
  if (name === "Local") return localLocation;
  const abbreviations = abbreviationsOf(name);
  if (abbreviations === undefined) return undefined;
  const format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
  return new GoLocation(name, (unixSeconds) => {
    const seconds = offsetOf(format, unixSeconds);
    // Only local mean time, before there were zones, has seconds.
    const isMeanTime = seconds % 60 !== 0;
    return {
      abbreviation: isMeanTime ? "LMT" : (abbreviations.get(seconds) ?? offsetText(seconds)),
      seconds,
    };
  });
}

/** The named offsets of a zone; `undefined` where there is no such zone. */
function abbreviationsOf(name: string): ReadonlyMap<number, string> | undefined {
  if (!/^[A-Za-z0-9_+\-/]+$/.test(name)) return undefined;
  for (const group of ZONE_NAMES.replaceAll("\n", " ").split(";")) {
    const colon = group.indexOf(":");
    if (` ${group.slice(colon + 1)} `.includes(` ${name} `))
      return offsetsOf(group.slice(0, Math.max(colon, 0)));
  }
  return undefined;
}

/** Abbreviations by their seconds from UTC, out of `CET+01 CEST+02`. */
function offsetsOf(abbreviations: string): ReadonlyMap<number, string> {
  return new Map(
    [...abbreviations.matchAll(/([A-Za-z]+)([+-])(\d\d)(\d\d)?(\d\d)?/g)].map(
      ([, abbreviation = "", sign, hours, minutes, seconds]) => [
        secondsOf(sign, hours, minutes, seconds),
        abbreviation,
      ],
    ),
  );
}

function secondsOf(sign: string | undefined, ...parts: readonly (string | undefined)[]): number {
  const [hours = "0", minutes = "0", seconds = "0"] = parts;
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === "-" ? -size : size;
}

/** The last instant of a JavaScript date, in seconds. */
const LAST_SECOND = 8_640_000_000_000n;

function offsetOf(format: Intl.DateTimeFormat, unixSeconds: bigint): number {
  const size = unixSeconds < 0n ? -unixSeconds : unixSeconds;
  const inRange = size > LAST_SECOND ? (unixSeconds < 0n ? -LAST_SECOND : LAST_SECOND) : unixSeconds;
  const parts = format.formatToParts(Number(inRange) * 1000);
  const zone = parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours, minutes, seconds] = /^GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(zone) ?? [];
  return secondsOf(sign, hours, minutes, seconds);
}

/** Zones without abbreviations of letters: `+03`, `-0330`. */
function offsetText(seconds: number): string {
  const size = Math.abs(seconds);
  const minutes = Math.floor(size / 60) % 60;
  const hours = String(Math.floor(size / 3600)).padStart(2, "0");
  return `${seconds < 0 ? "-" : "+"}${hours}${minutes === 0 ? "" : String(minutes).padStart(2, "0")}`;
}
