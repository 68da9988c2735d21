import { generateKeyPairSync, sign } from "node:crypto";

/** Who a made-up request for a certificate is about. */
export interface RequestSubject {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
}

/** A request for a certificate, as the API takes it, and its key as PEM. */
export interface MadeRequest {
  readonly request: string;
  readonly key: string;
}

function value(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  const length =
    content.length < 0x80
      ? [content.length]
      : content.length < 0x100
        ? [0x81, content.length]
        : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const sequence = (...parts: readonly Uint8Array[]): Uint8Array => value(0x30, ...parts);
const identifier = (...bytes: readonly number[]): Uint8Array => value(0x06, Buffer.from(bytes));
const named = (id: number, text: string): Uint8Array =>
  value(0x31, sequence(identifier(0x55, 0x04, id), value(0x0c, Buffer.from(text))));

/** Makes a key and a PKCS #10 request that it signs. */
export function makeRequest({ commonName, organizations = [], dnsNames = [] }: RequestSubject): MadeRequest {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const names = sequence(...dnsNames.map((name) => value(0x82, Buffer.from(name))));
  const extensions = sequence(sequence(identifier(0x55, 0x1d, 0x11), value(0x04, names)));
  const asksForExtensions = identifier(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e);
  const attribute = sequence(asksForExtensions, value(0x31, extensions));
  const info = sequence(
    value(0x02, Buffer.from([0])),
    sequence(...organizations.map((name) => named(0x0a, name)), named(0x03, commonName)),
    publicKey.export({ type: "spki", format: "der" }),
    value(0xa0, ...(dnsNames.length === 0 ? [] : [attribute])),
  );
  const ecdsaWithSha256 = identifier(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02);
  const signature = value(0x03, Buffer.from([0]), sign("sha256", info, privateKey));
  const der = Buffer.from(sequence(info, sequence(ecdsaWithSha256), signature));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join("\n")}\n-----END CERTIFICATE REQUEST-----\n`;
  return {
    request: Buffer.from(pem).toString("base64"),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}
