import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { child, children, integer, strings, text } from "../../resources/draft-access.ts";
import { portOrNameErrors } from "./ports.ts";

const SCHEMES = ["HTTP", "HTTPS"];
const NOT_NEGATIVE = "must be greater than or equal to 0";
const HEADER =
  "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";
const PROBES = ["livenessProbe", "readinessProbe", "startupProbe"] as const;

/** What is wrong with how a container is watched over, and with what it does at its start and its end. */
export function lifeErrors(
  container: JsonObject,
  field: string,
  gracePeriod: number | bigint | undefined,
): readonly FieldError[] {
  const lifecycle = child(container, "lifecycle");
  const hooks = ["postStart", "preStop"].flatMap((name) => {
    const hook = child(lifecycle, name);
    return hook === undefined
      ? []
      : handlerErrors(hook, TOLD, { field: `${field}.lifecycle.${name}`, gracePeriod });
  });
  return [
    ...hooks,
    ...PROBES.flatMap((name) => {
      const probe = child(container, name);
      return probe === undefined ? [] : probeErrors(probe, { name, field: `${field}.${name}`, gracePeriod });
    }),
  ];
}

/** A container that comes to its end by itself is not watched over. */
export function unwatchedErrors(container: JsonObject, field: string): readonly FieldError[] {
  return ["lifecycle", ...PROBES]
    .filter((name) => child(container, name) !== undefined)
    .map((name) =>
      forbiddenField(`${field}.${name}`, "may not be set for init containers without restartPolicy=Always"),
    );
}

interface ProbePlace {
  readonly name: (typeof PROBES)[number];
  readonly field: string;
  readonly gracePeriod: number | bigint | undefined;
}

function probeErrors(probe: JsonObject, { name, field, gracePeriod }: ProbePlace): readonly FieldError[] {
  const errors = [...handlerErrors(probe, ASKED, { field, gracePeriod })];
  for (const count of [
    "initialDelaySeconds",
    "timeoutSeconds",
    "periodSeconds",
    "successThreshold",
    "failureThreshold",
  ]) {
    const value = integer(probe, count) ?? 0;
    if (value < 0) errors.push(invalidField(`${field}.${count}`, value, NOT_NEGATIVE));
  }
  const grace = integer(probe, "terminationGracePeriodSeconds");
  const at = `${field}.terminationGracePeriodSeconds`;
  if (grace !== undefined && grace <= 0) errors.push(invalidField(at, grace, "must be greater than 0"));
  if (name === "readinessProbe") {
    if (grace !== undefined) errors.push(invalidField(at, grace, "must not be set for readinessProbes"));
    return errors;
  }
  const successes = integer(probe, "successThreshold") ?? 0;
  if (successes !== 1) errors.push(invalidField(`${field}.successThreshold`, successes, "must be 1"));
  return errors;
}

const HANDLERS = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"] as const;
type Handler = (typeof HANDLERS)[number];
/** Who is asked how it is does not sleep, and who is told of its end does not speak gRPC. */
const ASKED: readonly Handler[] = ["exec", "httpGet", "tcpSocket", "grpc"];
const TOLD: readonly Handler[] = ["exec", "httpGet", "tcpSocket", "sleep"];

interface HandlerPlace {
  readonly field: string;
  readonly gracePeriod: number | bigint | undefined;
}

function handlerErrors(
  handler: JsonObject,
  handlers: readonly Handler[],
  { field, gracePeriod }: HandlerPlace,
): readonly FieldError[] {
  const [first, ...others] = handlers.filter((name) => child(handler, name) !== undefined);
  if (first === undefined) return [requiredField(field, "must specify a handler type")];
  return [
    ...actionErrors(first, child(handler, first) ?? {}, { field: `${field}.${first}`, gracePeriod }),
    ...others.map((name) => forbiddenField(`${field}.${name}`, "may not specify more than 1 handler type")),
  ];
}

function actionErrors(
  name: Handler,
  action: JsonObject,
  { field, gracePeriod }: HandlerPlace,
): readonly FieldError[] {
  if (name === "exec")
    return strings(action, "command").length > 0 ? [] : [requiredField(`${field}.command`)];
  if (name === "httpGet") return requestErrors(action, field);
  if (name !== "sleep") return portOrNameErrors(action["port"], `${field}.port`);
  const seconds = integer(action, "seconds") ?? 0;
  if (gracePeriod === undefined || (seconds >= 0 && seconds <= gracePeriod)) return [];
  const detail = `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`;
  return [invalidField(field, seconds, detail)];
}

function requestErrors(request: JsonObject, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (text(request, "path") === "") errors.push(requiredField(`${field}.path`));
  errors.push(...portOrNameErrors(request["port"], `${field}.port`));
  const scheme = text(request, "scheme");
  if (!SCHEMES.includes(scheme)) errors.push(unsupportedField(`${field}.scheme`, scheme, SCHEMES));
  for (const header of children(request, "httpHeaders")) {
    const name = text(header, "name");
    if (!/^[-A-Za-z0-9]+$/.test(name)) errors.push(invalidField(`${field}.httpHeaders`, name, HEADER));
  }
  return errors;
}
