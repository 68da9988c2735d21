import { createPrivateKey, type KeyObject } from "node:crypto";
import { GitCredentialsError } from "../git-error.ts";
import { sshString, sshUint32 } from "./wire.ts";

/** A private key in a form that every ssh program reads. */
export interface SshIdentity {
  readonly identity: string;
  /** Only where ssh itself has to decrypt it. */
  readonly password?: string;
}

const OPENSSH_MAGIC = "openssh-key-v1\0";
const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]+?)-----END \1-----/;

/**
 * Reads a Secret's private key. What is PEM is decrypted here; OpenSSH's own format is left to ssh. A password of a key
 * that is not encrypted means nothing. Throws `GitCredentialsError` where it is no key, or encrypted and not readable with
 * this password.
 */
export function readIdentity(text: string, password: string | undefined): SshIdentity {
  const block = BLOCK.exec(text);
  if (block === null) throw unusable("ssh: no key found");
  const [pem, label = "", body = ""] = block;
  if (label === "OPENSSH PRIVATE KEY") return readOpenSsh(pem, body, password);
  const isEncrypted = label === "ENCRYPTED PRIVATE KEY" || /^Proc-Type: *4, *ENCRYPTED/m.test(body);
  if (isEncrypted && !hasText(password)) throw missingPassword();
  return { identity: writeKey(parseKey(pem, label, isEncrypted ? password : undefined)) };
}

function readOpenSsh(pem: string, body: string, password: string | undefined): SshIdentity {
  const bytes = Buffer.from(body, "base64");
  if (bytes.toString("latin1", 0, OPENSSH_MAGIC.length) !== OPENSSH_MAGIC) {
    throw unusable("ssh: invalid openssh private key format");
  }
  const cipher = sshString.read(bytes, OPENSSH_MAGIC.length)?.toString("latin1");
  if (cipher === undefined) throw unusable("ssh: invalid openssh private key format");
  if (cipher === "none") return { identity: pem };
  if (!hasText(password)) throw missingPassword();
  return { identity: pem, password };
}

function parseKey(pem: string, label: string, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    // The library's own text is not kept: it says nothing to who wrote the Secret.
    if (passphrase !== undefined) throw unusable("x509: decryption password incorrect");
    const known = /^((RSA|EC|DSA) )?PRIVATE KEY$/.test(label);
    throw unusable(known ? "ssh: the key is damaged" : `ssh: unsupported key type ${JSON.stringify(label)}`);
  }
}

/** Programs before OpenSSH 9.6 read Ed25519 keys in their own format only. */
function writeKey(key: KeyObject): string {
  if (key.asymmetricKeyType !== "ed25519") return key.export({ type: "pkcs8", format: "pem" }) as string;
  const { x = "", d = "" } = key.export({ format: "jwk" });
  const [open, secret] = [Buffer.from(x, "base64url"), Buffer.from(d, "base64url")];
  const type = sshString.write("ssh-ed25519");
  const check = sshUint32(0);
  const parts = [
    check,
    check,
    type,
    sshString.write(open),
    sshString.write(Buffer.concat([secret, open])),
    sshString.write(""),
  ];
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const padding = Uint8Array.from({ length: (8 - (size % 8)) % 8 }, (_, index) => index + 1);
  const bytes = Buffer.concat([
    Buffer.from(OPENSSH_MAGIC, "latin1"),
    sshString.write("none"),
    sshString.write("none"),
    sshString.write(""),
    sshUint32(1),
    sshString.write(Buffer.concat([type, sshString.write(open)])),
    sshString.write(Buffer.concat([...parts, padding])),
  ]);
  const lines = bytes.toString("base64").replace(/.{70}/g, "$&\n").trimEnd();
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

function hasText(password: string | undefined): password is string {
  return password !== undefined && password !== "";
}

function missingPassword(): GitCredentialsError {
  return new GitCredentialsError(
    "identity-encrypted",
    "SSH identity key is encrypted but no 'password' field was provided",
  );
}

function unusable(detail: string): GitCredentialsError {
  return new GitCredentialsError("unusable", `unable to construct auth method with options: ${detail}`);
}
