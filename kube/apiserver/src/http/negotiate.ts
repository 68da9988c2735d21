import { failure, notAcceptableError } from "@weir/objects";

/** How a client wants an object: in what form, and as what. */
export interface Negotiated {
  readonly format: "json" | "yaml" | "protobuf";
  /** Spaces and line breaks in JSON. */
  readonly isPretty: boolean;
  /** A view of the object in place of itself. */
  readonly as?: "Table" | "PartialObjectMetadata" | "PartialObjectMetadataList";
  /** The view is asked for in its v1beta1 version. */
  readonly isBeta?: boolean;
  /** The media type to name in the answer. */
  readonly contentType: string;
}

/** What objects of built-in kinds are sent as. */
export const OBJECT_TYPES: readonly string[] = [
  "application/json",
  "application/yaml",
  "application/vnd.kubernetes.protobuf",
];

/** What lists of built-in kinds are sent as, watched ones included. */
export const LIST_TYPES: readonly string[] = [
  ...OBJECT_TYPES,
  "application/json;stream=watch",
  "application/vnd.kubernetes.protobuf;stream=watch",
];

/**
 * Refuses what the router of built-in kinds refuses before anybody looks closer: an Accept header none of whose types is
 * exactly one of those that the path sends.
 */
export function checkRouted(accept: string | undefined, types: readonly string[]): void {
  if (accept === undefined || accept === "" || accept === "*/*" || accept === "application/json") return;
  const isRouted = accept.split(",").some((part) => {
    const type = (part.split(";", 1)[0] ?? "").trim();
    return type === "*/*" || types.includes(type);
  });
  if (isRouted) return;
  const message = `406: Not Acceptable\n\nAvailable representations: ${types.join(", ")}`;
  throw failure({ reason: "NotAcceptable", code: 406, message, details: {} });
}

interface AcceptClause {
  readonly type: string;
  readonly quality: number;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * What objects and lists can be shown as. A view of lists that is asked for an object, or the other way round, is refused when
 * there is something to show.
 */
export const RESOURCE_VIEWS: readonly string[] = [
  "Table",
  "PartialObjectMetadata",
  "PartialObjectMetadataList",
];

/** Subresources that upstream does not print, by group, resource and subresource. */
const UNPRINTED: ReadonlySet<string> = new Set([
  "/namespaces/finalize",
  "/pods/ephemeralcontainers",
  "/pods/resize",
  "certificates.k8s.io/certificatesigningrequests/approval",
  "resource.k8s.io/resourceclaims/status",
]);
const UNPRINTED_VIEWS: readonly string[] = RESOURCE_VIEWS.filter((view) => view !== "Table");

/** What a resource, or a part of it, can be shown as. */
export function viewsOf(
  { group, plural }: { readonly group: string; readonly plural: string },
  subresource: string,
): readonly string[] {
  if (subresource === "") return RESOURCE_VIEWS;
  const name = `${group}/${plural}/${subresource}`;
  return UNPRINTED.has(name) ? UNPRINTED_VIEWS : RESOURCE_VIEWS;
}

const plainJson: Negotiated = { format: "json", isPretty: false, contentType: "application/json" };

const protobuf: Negotiated = {
  format: "protobuf",
  isPretty: false,
  contentType: "application/vnd.kubernetes.protobuf",
};

/** What an endpoint can send beyond the object itself. */
export interface NegotiateOptions {
  /** Views that can be given in place of the object. */
  readonly views: readonly string[];
  readonly isPretty: boolean;
  /** What is sent has a protobuf encoding; false by default. */
  readonly hasProtobuf?: boolean;
}

/**
 * Picks how to answer from the Accept header. Protobuf is sent only to clients that take nothing else: objects lie in the
 * store as JSON, so that is quicker for both.
 *
 * Throws a 406 where the client accepts nothing that the server has.
 */
export function negotiate(accept: string | undefined, options: NegotiateOptions): Negotiated {
  if (accept === undefined || accept === "" || accept === "*/*" || accept === "application/json") {
    return options.isPretty ? { ...plainJson, isPretty: true } : plainJson;
  }
  const known = parseAccept(accept).flatMap((clause) => {
    const format = formatOf(clause.type);
    return format === undefined ? [] : [{ clause, format }];
  });
  for (const { clause, format } of known) {
    const found = format === "protobuf" ? undefined : accepts(clause, format, options);
    if (found !== undefined) return found;
  }
  const takesProtobuf = known.some(
    ({ clause, format }) => format === "protobuf" && !clause.parameters.has("as"),
  );
  if (takesProtobuf && options.hasProtobuf === true) return protobuf;
  throw notAcceptableError(OBJECT_TYPES);
}

function accepts(
  clause: AcceptClause,
  format: "json" | "yaml",
  options: NegotiateOptions,
): Negotiated | undefined {
  const as = clause.parameters.get("as");
  const isPretty = format === "json" && (options.isPretty || clause.parameters.get("pretty") === "1");
  const base = { format, isPretty, contentType: `application/${format}` };
  if (as === undefined) return isViewAsked(clause) ? undefined : base;
  const version = clause.parameters.get("v");
  const isMeta = clause.parameters.get("g") === "meta.k8s.io" && (version === "v1" || version === "v1beta1");
  if (!isMeta) return undefined;
  if (!options.views.includes(as)) return undefined;
  const view = { ...base, as: as as NonNullable<Negotiated["as"]> };
  return version === "v1beta1" ? { ...view, isBeta: true } : view;
}

/** A version or group of a view without its kind asks for something that is not there. */
function isViewAsked({ parameters }: AcceptClause): boolean {
  return parameters.has("v") || parameters.has("g");
}

/** 406 of a list's view asked for an object, or of an object's asked for a list, which is of that type in Go. */
export function wrongViewError(as: NonNullable<Negotiated["as"]>, goType: string): Error {
  const is = as.endsWith("List") ? "is not a list" : "is a list";
  const message = `you requested ${as}, but the requested object ${is} (${goType})`;
  return failure({ reason: "NotAcceptable", code: 406, message });
}

/** How an error is sent: as YAML where that is what the client likes best, as JSON otherwise, or as all that it takes. */
export function statusFormat(accept: string | undefined): Negotiated {
  if (accept === protobuf.contentType) return protobuf;
  if (accept === undefined || !accept.includes("yaml")) return plainJson;
  const first = parseAccept(accept).find(({ type }) => formatOf(type) !== undefined);
  return first !== undefined && formatOf(first.type) === "yaml"
    ? { format: "yaml", isPretty: false, contentType: "application/yaml" }
    : plainJson;
}

function formatOf(type: string): "json" | "yaml" | "protobuf" | undefined {
  if (type === "*/*" || type === "*" || type === "application/*" || type === "application/json")
    return "json";
  if (type === "application/yaml") return "yaml";
  return type === "application/vnd.kubernetes.protobuf" ? "protobuf" : undefined;
}

function parseAccept(accept: string): readonly AcceptClause[] {
  const clauses = accept.split(",").map((part): AcceptClause => {
    const [type = "", ...parameters] = part.split(";").map((word) => word.trim());
    const pairs = parameters.map((word): [string, string] => {
      const at = word.indexOf("=");
      return at < 0
        ? [word, ""]
        : [
            word.slice(0, at).trim(),
            word
              .slice(at + 1)
              .replaceAll('"', "")
              .trim(),
          ];
    });
    const map = new Map(pairs);
    return { type, quality: Number(map.get("q") ?? 1), parameters: map };
  });
  return clauses.sort((a, b) => b.quality - a.quality);
}
