import { createPrivateKey, randomBytes, randomUUID, X509Certificate } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type CertifiedKey,
  createAuthority as createIssuer,
  openAuthority,
  type ServerNames,
} from "@weir/sdk";
import { type CertificateAuthority, CLIENT_MS, createAuthority } from "./certificate.ts";
import { ClusterKeysError } from "./listener-error.ts";

/** What proves a cluster to its clients, and its administrator to the cluster. */
export interface ClusterKeys {
  readonly authority: CertificateAuthority;
  /** The administrator's token. */
  readonly token: string;
  /** The certificate that the API shows to those who reach it by these names. */
  identity(names: ServerNames): Promise<CertifiedKey>;
}

const DAY_MS = 24 * 3_600_000;
/** Lifetimes as kubeadm's: ten years for the authority, one for a server. */
const AUTHORITY_MS = 3650 * DAY_MS;
const SERVER_MS = 365 * DAY_MS;

const FILES = { authority: "authority.pem", server: "server.pem", token: "admin-token" } as const;

/** Keys that nobody knows after the process has ended. */
export function temporaryKeys(commonName: string, nowMs: number): ClusterKeys {
  const authority = createAuthority(commonName, nowMs);
  return { authority, token: newToken(), identity: async (names) => authority.issue(names) };
}

/**
 * Keys that stay the same from one start to the next, so that a kubeconfig that was handed out does: the authority with its
 * key, the server's certificate and the administrator's token, in files that only their owner can read. What is absent is
 * made. The server's certificate is issued anew once it has lived for two thirds of its year, or where the names changed;
 * the authority only when its ten years end.
 *
 * One process at a time may have a folder open. Rejects with `ClusterKeysError`.
 */
export async function openClusterKeys(
  folder: string,
  { commonName, nowMs }: { readonly commonName: string; readonly nowMs: number },
): Promise<ClusterKeys> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const issuer =
      (await keptAuthority(folder, nowMs)) ?? (await newAuthority(folder, { commonName, nowMs }));
    const token = (await keptToken(folder)) ?? (await store(folder, FILES.token, newToken()));
    const issue = (names: ServerNames): CertifiedKey =>
      issuer.issue(names, { commonName: "kube-apiserver", nowMs, validMs: SERVER_MS });
    return {
      authority: {
        certificate: issuer.certificate,
        issue,
        issueClient: (client, validMs = CLIENT_MS) => issuer.issueClient(client, { nowMs, validMs }),
        notAfterMs: issuer.notAfterMs,
        sign: (request) => issuer.sign(request),
      },
      token,
      identity: async (names) => {
        const kept = await keptServer(folder);
        if (kept !== undefined && isGood(kept, { authority: issuer.certificate, names, nowMs })) return kept;
        const made = issue(names);
        await store(folder, FILES.server, `${made.certificate}${made.key}`);
        return made;
      },
    };
  } catch (cause) {
    throw cause instanceof ClusterKeysError ? cause : new ClusterKeysError(folder, { cause });
  }
}

function newToken(): string {
  return randomBytes(24).toString("base64url");
}

async function newAuthority(
  folder: string,
  options: { readonly commonName: string; readonly nowMs: number },
): Promise<ReturnType<typeof createIssuer>> {
  const made = createIssuer({ ...options, validMs: AUTHORITY_MS });
  await store(folder, FILES.authority, `${made.certificate}${made.key}`);
  return made;
}

/** The authority, unless it ends before a server's certificate that it would issue now. */
async function keptAuthority(
  folder: string,
  nowMs: number,
): Promise<ReturnType<typeof openAuthority> | undefined> {
  const text = await read(folder, FILES.authority);
  if (text === undefined) return undefined;
  const authority = openAuthority(splitPair(text));
  return authority.notAfterMs > nowMs + SERVER_MS ? authority : undefined;
}

async function keptToken(folder: string): Promise<string | undefined> {
  const text = (await read(folder, FILES.token))?.trim();
  return text === "" ? undefined : text;
}

async function keptServer(folder: string): Promise<CertifiedKey | undefined> {
  const text = await read(folder, FILES.server);
  return text === undefined ? undefined : splitPair(text);
}

/** Whether a certificate is the authority's, good for a third of its time yet, and for exactly these names. */
function isGood(
  pair: CertifiedKey,
  {
    authority,
    names,
    nowMs,
  }: { readonly authority: string; readonly names: ServerNames; readonly nowMs: number },
): boolean {
  try {
    const certificate = new X509Certificate(pair.certificate);
    const left = certificate.validToDate.getTime() - nowMs;
    const issuer = new X509Certificate(authority);
    return (
      left > SERVER_MS / 3 &&
      certificate.checkPrivateKey(createPrivateKey(pair.key)) &&
      certificate.checkIssued(issuer) &&
      certificate.verify(issuer.publicKey) &&
      names.dns.every((name) => certificate.checkHost(name) !== undefined) &&
      names.ips.every((ip) => certificate.checkIP(ip) !== undefined)
    );
  } catch {
    return false;
  }
}

/** A certificate and its key out of one file, so that a crash between two writes cannot part them. */
function splitPair(text: string): CertifiedKey {
  const start = text.indexOf("-----BEGIN PRIVATE KEY-----");
  return { certificate: text.slice(0, Math.max(0, start)), key: text.slice(Math.max(0, start)) };
}

async function read(folder: string, name: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, name), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function store(folder: string, name: string, text: string): Promise<string> {
  const written = join(folder, `${name}.${randomUUID()}`);
  await writeFile(written, text, { mode: 0o600, flag: "wx" });
  await rename(written, join(folder, name));
  return text;
}
