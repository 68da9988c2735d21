import { createPrivateKey, X509Certificate } from "node:crypto";
import { compareSync } from "bcryptjs";
import { beforeAll, describe, expect, it } from "vitest";

import { readPem, writePem } from "../../src/sprig/pem.ts";
import { NOW, renderSprig, sprigError } from "./render-sprig.ts";

describe("hashes and passwords", () => {
  it.each([
    ['{{ sha1sum "a" }}', "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"],
    ['{{ sha256sum "\\xff" | trunc 8 }} {{ sha512sum "" | trunc 8 }}', "a8100ae6 cf83e135"],
    ['{{ adler32sum "Wikipedia" }}', "300286872"],
    ['{{ derivePassword 1 "long" "password" "user" "example.com" }}', "ZedaFaxcZaso9*"],
    ['{{ derivePassword 1 "none" "password" "user" "example.com" }}', "cannot find password template none"],
    ['{{ htpasswd "a:b" "x" }}', "invalid username: a:b"],
    ['{{ encryptAES "key" "plain" | decryptAES "key" }} {{ encryptAES "key" "" | quote }}', 'plain ""'],
    ['{{ decryptAES "secretkey" "30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ=" }}', "plaintext"],
  ])("%s is %s", (template, want) => {
    expect(renderSprig(template)).toBe(want);
  });

  it.each([
    ['{{ decryptAES "k" "x" }}', "illegal base64 data at input byte 0"],
    ['{{ decryptAES "k" "YWJj" }}', "runtime error: slice bounds out of range [:16] with capacity 3"],
    ['{{ decryptAES "k" "YWJjYWJjYWJjYWJjYWJjYWJjYWJj" }}', "crypto/cipher: input not full blocks"],
  ])("%s fails as in Go", (template, want) => {
    expect(sprigError(template)).toBe(want);
  });

  it("makes hashes that bcrypt accepts", () => {
    const [user, hash = ""] = renderSprig('{{ htpasswd "me" "secret" }}').split(":");
    expect(user).toBe("me");
    expect(hash).toMatch(/^\$2a\$10\$/);
    expect(compareSync("secret", hash)).toBe(true);
  });

  it("refuses a password that bcrypt would cut", () => {
    expect(renderSprig('{{ bcrypt (repeat 73 "a") }}')).toContain("password length exceeds 72 bytes");
  });
});

describe("random values", () => {
  it.each([
    ["{{ randAlphaNum 20 }}", /^[0-9A-Za-z]{20}$/],
    ["{{ randAlpha 20 }}", /^[A-Za-z]{20}$/],
    ["{{ randNumeric 20 }}", /^[0-9]{20}$/],
    ["{{ randAscii 20 }}", /^[ -~]{20}$/],
    ["{{ randAlpha -1 }}", /^$/],
    ["{{ randBytes 12 }}", /^[A-Za-z0-9+/]{16}$/],
    ["{{ randInt -5 0 }}", /^-[1-5]$/],
    ["{{ uuidv4 }}", /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
    ['{{ shuffle "abc" }}', /^[abc]{3}$/],
  ])("%s matches %s, the same for the same source", (template, want) => {
    expect(renderSprig(template)).toMatch(want);
    expect(renderSprig(template)).toBe(renderSprig(template));
  });

  it.each(["{{ randAlpha 200000000 }}", "{{ randBytes 200000000 }}", '{{ title (repeat 60000000 "a ") }}'])(
    "%s ends before it starts",
    (template) => {
      expect(() => renderSprig(template)).toThrow(/more steps/);
    },
  );

  it("fail as in Go", () => {
    expect(sprigError("{{ randInt 5 5 }}")).toBe("invalid argument to Intn");
    expect(sprigError("{{ randBytes -1 }}")).toBe("runtime error: makeslice: len out of range");
  });
});

describe("keys", () => {
  it.each([
    ["rsa", "rsa", "RSA PRIVATE KEY"],
    ["ecdsa", "ec", "EC PRIVATE KEY"],
    ["ed25519", "ed25519", "PRIVATE KEY"],
  ])("of %s are read by OpenSSL", (type, kind, label) => {
    const text = renderSprig(`{{ genPrivateKey "${type}" }}`);
    expect(text.startsWith(`-----BEGIN ${label}-----\n`)).toBe(true);
    expect(createPrivateKey(text).asymmetricKeyType).toBe(kind);
  });

  it("of an unknown type are a text that says so", () => {
    expect(renderSprig('{{ genPrivateKey "x" }}')).toBe("Unknown type x");
  });
});

describe("certificates", () => {
  let authority: X509Certificate;
  let certificate: X509Certificate;
  let keys: readonly string[];

  beforeAll(() => {
    const [ca = "", caKey = "", cert = "", key = ""] = renderSprig(
      `{{ $ca := genCA "my ca" 365 }}
      {{- $c := genSignedCert "svc" (list "10.0.0.1" "::1" "::ffff:1.2.3.4") (list "a.b" "*.c") 30 $ca -}}
      {{ $ca.Cert }}|{{ $ca.Key }}|{{ $c.Cert }}|{{ $c.Key }}`,
    ).split("|");
    authority = new X509Certificate(ca);
    certificate = new X509Certificate(cert);
    keys = [caKey, key];
  });

  it("are those of an authority and of what it signs", () => {
    expect(authority.ca).toBe(true);
    expect(authority.subject).toBe("CN=my ca");
    expect(certificate.ca).toBe(false);
    expect(certificate.checkIssued(authority)).toBe(true);
    expect(certificate.verify(authority.publicKey)).toBe(true);
    expect(authority.verify(authority.publicKey)).toBe(true);
  });

  it("come with their keys", () => {
    expect(authority.checkPrivateKey(createPrivateKey(keys[0] ?? ""))).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(keys[1] ?? ""))).toBe(true);
  });

  it("hold names, addresses, purposes and times", () => {
    expect(certificate.subjectAltName).toBe(
      "DNS:a.b, DNS:*.c, IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1, IP Address:1.2.3.4",
    );
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
    expect(Date.parse(certificate.validFrom)).toBe(NOW);
    expect(Date.parse(certificate.validTo)).toBe(NOW + 30 * 86_400_000);
    expect(certificate.serialNumber).not.toBe(authority.serialNumber);
  });

  it.each([
    ['{{ (genSelfSignedCertWithKey "é" nil nil 36500 (genPrivateKey "ecdsa")).Cert }}', "CN=é", "ec"],
    ['{{ (genCAWithKey "" 1 (genPrivateKey "ed25519")).Cert }}', undefined, "ed25519"],
  ])("%s signs itself", (template, subject, type) => {
    const made = new X509Certificate(renderSprig(template));
    expect(made.subject).toBe(subject);
    expect(made.publicKey.asymmetricKeyType).toBe(type);
    expect(made.verify(made.publicKey)).toBe(true);
  });

  it("are taken over as they are", () => {
    const key = '{{ $k := genPrivateKey "ecdsa" }}{{ $c := genCAWithKey "x" 1 $k }}';
    expect(
      renderSprig(`${key}{{ $b := buildCustomCert (b64enc $c.Cert) (b64enc $k) }}{{ eq $b.Cert $c.Cert }}`),
    ).toBe("true");
  });

  it.each([
    ['{{ genSelfSignedCert "a" (list "x") nil 1 }}', "error parsing ip: x"],
    ['{{ genSelfSignedCert "a" (list nil) nil 1 }}', "error parsing ip: <nil> is not a string"],
    ['{{ genSelfSignedCert "a" nil (list 5) 1 }}', "error processing alternate dns name: 5 is not a string"],
    [
      '{{ genSelfSignedCert "a" nil (list "é") 1 }}',
      'error creating certificate: x509: "é" cannot be encoded as an IA5String',
    ],
    ['{{ genCAWithKey "a" 1 "x" }}', "parsing private key: no PEM data in input"],
    [
      '{{ $c := genCAWithKey "a" 1 (genPrivateKey "ecdsa") }}{{ genCAWithKey "a" 1 $c.Cert }}',
      "parsing private key: no private key data in PEM block of type CERTIFICATE",
    ],
    ['{{ buildCustomCert "x" "y" }}', "unable to decode base64 certificate"],
    ['{{ buildCustomCert "YWJj" "y" }}', "unable to decode base64 private key"],
    ['{{ buildCustomCert "YWJj" "YWJj" }}', "unable to decode certificate"],
  ])("%s fails as in Sprig", (template, want) => {
    expect(sprigError(template)).toBe(want);
  });
});

describe("PEM", () => {
  it("is read back, with text around it and after damaged blocks", () => {
    const block = { type: "THING", bytes: Uint8Array.from({ length: 70 }, (_, at) => at) };
    const text = writePem(block);
    const damaged = "-----BEGIN X-----\n!!\n-----END X-----\n";
    expect(text.split("\n")[1]).toHaveLength(64);
    expect(readPem(`before\n${damaged}${text}after`)).toEqual({ ...block, bytes: Buffer.from(block.bytes) });
    expect(readPem(text.replace("END THING", "END OTHER"))).toBeUndefined();
    expect(readPem(text.replace("-----\n", "-----\nName: value\n\n"))?.type).toBe("THING");
  });
});
