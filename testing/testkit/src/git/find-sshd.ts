import { access, constants, mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** The programs of OpenSSH, or why there are none. */
export type FoundSsh =
  | { readonly kind: "found"; readonly sshd: string; readonly keygen: string }
  | { readonly kind: "absent"; readonly reason: string };

/** Distributions keep the daemon out of a user's own path. */
const DAEMON_FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/sbin"];
const PRIVILEGE_SEPARATION = "/run/sshd";

/** Looks for ssh, ssh-keygen and sshd; nothing is installed. */
export async function findSsh(searchPath: string): Promise<FoundSsh> {
  if (process.platform === "win32") return { kind: "absent", reason: "sshd is not run on Windows" };
  const folders = searchPath.split(delimiter);
  const ssh = await findProgram("ssh", folders);
  const keygen = await findProgram("ssh-keygen", folders);
  const sshd = await findProgram("sshd", [...folders, ...DAEMON_FOLDERS]);
  if (ssh === undefined) return { kind: "absent", reason: "there is no ssh program" };
  if (keygen === undefined) return { kind: "absent", reason: "there is no ssh-keygen program" };
  if (sshd === undefined) return { kind: "absent", reason: "there is no sshd program" };
  return { kind: "found", sshd, keygen };
}

async function findProgram(name: string, folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // It is looked for in the next folder.
    }
  }
  return undefined;
}

/** A daemon of root's refuses to run without its empty folder, which the system's init makes where there is one. */
export async function ensurePrivilegeSeparation(): Promise<void> {
  if (process.getuid?.() === 0) await mkdir(PRIVILEGE_SEPARATION, { recursive: true, mode: 0o755 });
}
