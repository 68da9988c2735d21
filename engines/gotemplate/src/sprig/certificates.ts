import { GoCallError, type GoFunction, type GoValue } from "@weir/text";

import { defineFunction } from "../define-function.ts";
import type { TemplateRun } from "../template-run.ts";
import { decodeBase64 } from "./base-encoding.ts";
import {
  CertificateObject,
  type CertificateSigner,
  type CertificateTemplate,
  createCertificate,
  type ParentCertificate,
  readCertificate,
} from "./certificate.ts";
import { KEY_COST } from "./costs.ts";
import { ipBytes } from "./ip-address.ts";
import { listItems } from "./list-items.ts";
import { readPem } from "./pem.ts";
import { type KeyMaker, type PrivateKey, readPrivateKey } from "./private-key.ts";
import { bytesOf } from "./random-source.ts";
import { verbV } from "./text-of.ts";

const CERTIFICATE = "sprig.certificate";
const LIST = "[]interface {}";

/** Functions that make certificates; `makeKey` makes the keys of those that are given none, unless the run does. */
export function certificateFunctions(makeKey: KeyMaker): readonly GoFunction[] {
  const newKey = (run: TemplateRun): PrivateKey => {
    run.chargeSteps(KEY_COST);
    run.markImpure("random");
    return { kind: "signer", key: (run.makeKey ?? makeKey)() };
  };
  return [
    defineFunction("buildCustomCert", ["string", "string"], CERTIFICATE, ([certificate, key]) =>
      customCertificate(certificate, key),
    ),
    defineFunction("genCA", ["string", "int"], CERTIFICATE, ([name, days], run) =>
      selfSigned({ name, days, isAuthority: true }, newKey(run), run),
    ),
    defineFunction("genCAWithKey", ["string", "int", "string"], CERTIFICATE, ([name, days, key], run) =>
      selfSigned({ name, days, isAuthority: true }, givenKey(key), run),
    ),
    defineFunction("genSelfSignedCert", ["string", LIST, LIST, "int"], CERTIFICATE, (args, run) => {
      const [name, addresses, dnsNames, days] = args;
      return selfSigned({ name, addresses, dnsNames, days }, newKey(run), run);
    }),
    defineFunction(
      "genSelfSignedCertWithKey",
      ["string", LIST, LIST, "int", "string"],
      CERTIFICATE,
      ([name, addresses, dnsNames, days, key], run) =>
        selfSigned({ name, addresses, dnsNames, days }, givenKey(key), run),
    ),
    defineFunction("genSignedCert", ["string", LIST, LIST, "int", CERTIFICATE], CERTIFICATE, (args, run) => {
      const [name, addresses, dnsNames, days, authority] = args;
      return signed({ name, addresses, dnsNames, days }, newKey(run), authority, run);
    }),
    defineFunction(
      "genSignedCertWithKey",
      ["string", LIST, LIST, "int", CERTIFICATE, "string"],
      CERTIFICATE,
      ([name, addresses, dnsNames, days, authority, key], run) =>
        signed({ name, addresses, dnsNames, days }, givenKey(key), authority, run),
    ),
  ];
}

interface Wish {
  readonly name: string;
  readonly addresses?: GoValue;
  readonly dnsNames?: GoValue;
  readonly days: bigint;
  readonly isAuthority?: boolean;
}

function selfSigned(wish: Wish, key: PrivateKey, run: TemplateRun): GoValue {
  return createCertificate(templateOf(wish, run), key, { key });
}

function signed(wish: Wish, key: PrivateKey, authority: GoValue, run: TemplateRun): GoValue {
  const signer = signerOf(authority);
  return createCertificate(templateOf(wish, run), key, signer);
}

function givenKey(text: string): PrivateKey {
  return prefixed("parsing private key", () => readPrivateKey(text));
}

function prefixed<T>(prefix: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof GoCallError) throw new GoCallError(`${prefix}: ${error.message}`, { cause: error });
    throw error;
  }
}

function signerOf(authority: GoValue): CertificateSigner {
  const { certificate, key } =
    authority instanceof CertificateObject ? authority : new CertificateObject("", "");
  const block = readPem(certificate);
  if (block === undefined) throw new GoCallError("unable to decode certificate");
  const parent = parentOf(block.bytes, "decodedSignerCert.Bytes");
  return { parent, key: prefixed("error parsing private key", () => readPrivateKey(key)) };
}

function parentOf(bytes: Uint8Array, what: string): ParentCertificate {
  const parent = readCertificate(bytes);
  if (parent === undefined) {
    throw new GoCallError(`error parsing certificate: ${what}: x509: malformed certificate`);
  }
  return parent;
}

/** Checks a certificate and a key that come as base 64; they are not checked against one another. */
function customCertificate(encodedCertificate: string, encodedKey: string): GoValue {
  const certificate = decodeBase64(encodedCertificate);
  if (typeof certificate === "string") throw new GoCallError("unable to decode base64 certificate");
  const key = decodeBase64(encodedKey);
  if (typeof key === "string") throw new GoCallError("unable to decode base64 private key");
  const [certificateText, keyText] = [certificate, key].map((bytes) => Buffer.from(bytes).toString());
  const block = readPem(certificateText ?? "");
  if (block === undefined) throw new GoCallError("unable to decode certificate");
  parentOf(block.bytes, "decodedCert.Bytes");
  prefixed("error parsing private key", () => readPrivateKey(keyText ?? ""));
  return new CertificateObject(certificateText ?? "", keyText ?? "");
}

const NANOSECONDS = 1_000_000_000n;

function templateOf(wish: Wish, run: TemplateRun): CertificateTemplate {
  const addresses = (listItems(wish.addresses ?? null) ?? []).map((item) => addressOf(item, run));
  const dnsNames = (listItems(wish.dnsNames ?? null) ?? []).map((item) => dnsNameOf(item, run));
  run.markImpure("clock");
  const now = BigInt(Math.floor(run.clock.now())) * 1_000_000n;
  // Go's durations wrap around after 292 years.
  const lifetime = BigInt.asIntN(64, wish.days * 24n * 3600n * NANOSECONDS);
  return {
    commonName: wish.name,
    addresses,
    dnsNames,
    notBefore: now / NANOSECONDS,
    notAfter: (now + lifetime) / NANOSECONDS,
    serial: bytesOf(run, 16),
    isAuthority: wish.isAuthority ?? false,
  };
}

function addressOf(item: GoValue, run: TemplateRun): Uint8Array {
  if (typeof item !== "string") {
    throw new GoCallError(`error parsing ip: ${verbV(item, run)} is not a string`);
  }
  const bytes = ipBytes(item);
  if (bytes === undefined) throw new GoCallError(`error parsing ip: ${item}`);
  return bytes;
}

function dnsNameOf(item: GoValue, run: TemplateRun): string {
  if (typeof item === "string") return item;
  throw new GoCallError(`error processing alternate dns name: ${verbV(item, run)} is not a string`);
}
