import { BlockList, isIP } from "node:net";
import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { selectorErrors } from "../../validation/label-selector.ts";
import { portOrNameErrors } from "../../validation/pod/ports.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, list, number, strings, text } from "../draft-access.ts";

/** Whom a policy lets through to what it selects. */
export const networkPolicyRules: KindRules = { validate: policyErrors, validateUpdate: policyErrors };

const WAYS = [
  ["ingress", "from"],
  ["egress", "to"],
] as const;
const TYPES = ["Ingress", "Egress"];

function policyErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const rules = WAYS.flatMap(([way, peers]) =>
    children(spec, way).flatMap((rule, index) => {
      const at = `spec.${way}[${index}]`;
      return [
        ...children(rule, "ports").flatMap((port, each) => portErrors(port, `${at}.ports[${each}]`)),
        ...children(rule, peers).flatMap((peer, each) => peerErrors(peer, `${at}.${peers}[${each}]`)),
      ];
    }),
  );
  return [
    ...selectorErrors(child(spec, "podSelector") ?? {}, "spec.podSelector"),
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

function peerErrors(peer: JsonObject, field: string): readonly FieldError[] {
  const block = child(peer, "ipBlock");
  const selectors = ["podSelector", "namespaceSelector"].filter((name) => child(peer, name) !== undefined);
  const errors = selectors.flatMap((name) => selectorErrors(child(peer, name) ?? {}, `${field}.${name}`));
  if (block !== undefined) errors.push(...blockErrors(block, `${field}.ipBlock`));
  else if (selectors.length === 0) errors.push(requiredField(field, "must specify a peer"));
  if (block !== undefined && selectors.length > 0)
    errors.push(forbiddenField(field, "may not specify both ipBlock and another peer"));
  return errors;
}

function blockErrors(block: JsonObject, field: string): readonly FieldError[] {
  const range = text(block, "cidr");
  if (range === "") return [requiredField(`${field}.cidr`)];
  const errors = [...rangeTextErrors(range, `${field}.cidr`)];
  const whole = readRange(range);
  if (whole === undefined) return errors;
  list(block, "except").forEach((value, index) => {
    const part = String(value);
    const at = `${field}.except[${index}]`;
    errors.push(...rangeTextErrors(part, at));
    const read = readRange(part);
    if (read !== undefined && !(read.bits > whole.bits && contains(whole, read)))
      errors.push(invalidField(at, part, "must be a strict subset of `cidr`"));
  });
  return errors;
}

interface AddressRange {
  readonly address: string;
  readonly family: "ipv4" | "ipv6";
  readonly bits: number;
  readonly hasZeros: boolean;
}

/** Reads a range as Go did before it minded leading zeros. */
function readRange(range: string): AddressRange | undefined {
  const [, written, suffix] = /^([^/]+)\/(\d{1,3})$/.exec(range) ?? [];
  if (written === undefined || suffix === undefined) return undefined;
  const address = written.includes(":") ? written : written.replace(/\b0+(?=\d)/g, "");
  const version = isIP(address);
  const bits = Number(suffix);
  if (version === 0 || bits > (version === 4 ? 32 : 128)) return undefined;
  const hasZeros = address !== written || String(bits) !== suffix;
  return { address, family: version === 4 ? "ipv4" : "ipv6", bits, hasZeros };
}

function rangeTextErrors(range: string, field: string): readonly FieldError[] {
  const read = readRange(range);
  if (read === undefined) {
    const detail = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
    return [invalidField(field, range, detail)];
  }
  if (read.hasZeros) return [invalidField(field, range, "must not have leading 0s in IP or prefix length")];
  if (hasHostBits(read))
    return [invalidField(field, range, "must not have bits set beyond the prefix length")];
  return [];
}

function blockOf({ address, bits, family }: AddressRange): BlockList {
  const block = new BlockList();
  block.addSubnet(address, bits, family);
  return block;
}

function contains(whole: AddressRange, { address, family }: AddressRange): boolean {
  return whole.family === family && blockOf(whole).check(address, family);
}

/** Whether the address says more than its range. */
function hasHostBits({ address, bits, family }: AddressRange): boolean {
  const width = family === "ipv4" ? 32n : 128n;
  const rest = width - BigInt(bits);
  return (addressValue(address) & ((1n << rest) - 1n)) !== 0n;
}

function addressValue(address: string): bigint {
  if (!address.includes(":"))
    return address.split(".").reduce((value, part) => (value << 8n) | BigInt(part), 0n);
  const plain = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [head = "", tail] = plain.split("::");
  const groups = (side: string): readonly string[] => (side === "" ? [] : side.split(":"));
  const [first, last] = [groups(head), groups(tail ?? "")];
  const gap = tail === undefined ? 0 : 8 - first.length - last.length;
  const all = [...first, ...Array.from({ length: gap }, () => "0"), ...last];
  return all.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}
