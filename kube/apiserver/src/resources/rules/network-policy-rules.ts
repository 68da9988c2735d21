import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { networkOf, parseIpRange, rangeContains } from "../../validation/ip-address.ts";
import { ipRangeErrors, ipRangeWarnings } from "../../validation/ip-errors.ts";
import { selectorErrors } from "../../validation/label-selector.ts";
import { portOrNameErrors } from "../../validation/pod/ports.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, number, strings, text } from "../draft-access.ts";

/** What the rules of a stored policy let through though it is wrong. */
interface Leave {
  readonly takesAnyValue: boolean;
  /** Ranges that the policy has held. */
  readonly ranges: readonly string[];
}

const NO_LEAVE: Leave = { takesAnyValue: false, ranges: [] };

/** Whom a policy lets through to what it selects. */
export const networkPolicyRules: KindRules = {
  updateChecks: ["changes", "update"],
  validate: (policy) => policyErrors(policy, NO_LEAVE),
  validateUpdate: (policy, old) => policyErrors(policy, leaveOf(old)),
  warnings: policyWarnings,
};

const WAYS = [
  ["ingress", "from"],
  ["egress", "to"],
] as const;
const TYPES = ["Ingress", "Egress"];

interface Block {
  readonly block: JsonObject;
  readonly field: string;
}

/** The ranges of addresses that a policy names. */
function blocksOf(policy: JsonObject): readonly Block[] {
  const spec = child(policy, "spec");
  return WAYS.flatMap(([way, peers]) =>
    children(spec, way).flatMap((rule, index) =>
      children(rule, peers).flatMap((peer, each) => {
        const block = child(peer, "ipBlock");
        const field = `spec.${way}[${index}].${peers}[${each}].ipBlock`;
        return block === undefined ? [] : [{ block, field }];
      }),
    ),
  );
}

function leaveOf(old: JsonObject): Leave {
  const selector = child(child(old, "spec"), "podSelector") ?? {};
  return {
    takesAnyValue: selectorErrors(selector, "").length > 0,
    ranges: blocksOf(old).flatMap(({ block }) => [text(block, "cidr"), ...strings(block, "except")]),
  };
}

function policyWarnings(policy: JsonObject): readonly string[] {
  return blocksOf(policy).flatMap(({ block, field }) => [
    ...ipRangeWarnings(`${field}.cidr`, text(block, "cidr")),
    ...strings(block, "except").flatMap((part, index) => ipRangeWarnings(`${field}.except[${index}]`, part)),
  ]);
}

function policyErrors(object: JsonObject, leave: Leave): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const rules = WAYS.flatMap(([way, peers]) =>
    children(spec, way).flatMap((rule, index) => {
      const at = `spec.${way}[${index}]`;
      return [
        ...children(rule, "ports").flatMap((port, each) => portErrors(port, `${at}.ports[${each}]`)),
        ...children(rule, peers).flatMap((peer, each) => peerErrors(peer, `${at}.${peers}[${each}]`, leave)),
      ];
    }),
  );
  return [
    ...selectorErrors(child(spec, "podSelector") ?? {}, "spec.podSelector", leave.takesAnyValue),
    ...rules,
    ...typeErrors(spec),
  ];
}

function typeErrors(spec: JsonObject): readonly FieldError[] {
  const types = strings(spec, "policyTypes");
  if (types.length > TYPES.length)
    return [invalidField("spec.policyTypes", [...types], "may not specify more than two policyTypes")];
  return types.flatMap((type, index) =>
    TYPES.includes(type) ? [] : [unsupportedField(`spec.policyTypes[${index}]`, type, TYPES)],
  );
}

const PROTOCOLS = ["TCP", "UDP", "SCTP"];

function portErrors(port: JsonObject, field: string): readonly FieldError[] {
  const protocol = port["protocol"];
  const isKnown = typeof protocol !== "string" || PROTOCOLS.includes(protocol);
  return [
    ...(isKnown ? [] : [unsupportedField(`${field}.protocol`, protocol, PROTOCOLS)]),
    ...rangeErrors(port, field),
  ];
}

function rangeErrors(port: JsonObject, field: string): readonly FieldError[] {
  const first = port["port"];
  const last = number(port, "endPort");
  const at = `${field}.endPort`;
  if (first === undefined)
    return last === undefined
      ? []
      : [invalidField(at, last, "may not be specified when `port` is not specified")];
  const errors = portOrNameErrors(first, `${field}.port`);
  if (last === undefined) return errors;
  if (typeof first !== "number")
    return [invalidField(at, last, "may not be specified when `port` is non-numeric"), ...errors];
  const isBackwards = last < first;
  return [
    ...errors,
    // Upstream shows the port and not its end.
    ...(isBackwards ? [invalidField(at, first, "must be greater than or equal to `port`")] : []),
    ...portOrNameErrors(last, at),
  ];
}

function peerErrors(peer: JsonObject, field: string, leave: Leave): readonly FieldError[] {
  const block = child(peer, "ipBlock");
  const selectors = ["podSelector", "namespaceSelector"].filter((name) => child(peer, name) !== undefined);
  const errors = selectors.flatMap((name) =>
    selectorErrors(child(peer, name) ?? {}, `${field}.${name}`, leave.takesAnyValue),
  );
  if (block !== undefined) errors.push(...blockErrors(block, `${field}.ipBlock`, leave.ranges));
  else if (selectors.length === 0) errors.push(requiredField(field, "must specify a peer"));
  if (block !== undefined && selectors.length > 0)
    errors.push(forbiddenField(field, "may not specify both ipBlock and another peer"));
  return errors;
}

function blockErrors(block: JsonObject, field: string, known: readonly string[]): readonly FieldError[] {
  const written = text(block, "cidr");
  if (written === "") return [requiredField(`${field}.cidr`)];
  const errors = [...ipRangeErrors(`${field}.cidr`, written, known)];
  const whole = parseIpRange(written);
  if (whole === undefined) return errors;
  strings(block, "except").forEach((part, index) => {
    const at = `${field}.except[${index}]`;
    errors.push(...ipRangeErrors(at, part, known));
    const range = parseIpRange(part);
    if (range !== undefined && !(range.bits > whole.bits && rangeContains(whole, networkOf(range))))
      errors.push(invalidField(at, part, "must be a strict subset of `cidr`"));
  });
  return errors;
}
