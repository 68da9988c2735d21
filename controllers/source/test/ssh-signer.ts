import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Sign } from "@weir/testkit";

/** An author who signs with a key of ssh's. */
export interface SshSigner extends AsyncDisposable {
  readonly sign: Sign;
  readonly publicKey: string;
  readonly fingerprint: string;
}

/** Makes an author by ssh-keygen, as git itself signs. */
export async function makeSshSigner(keygen: string): Promise<SshSigner> {
  const folder = await mkdtemp(join(tmpdir(), "weir-signer-"));
  const run = (...args: string[]): Promise<{ stdout: string }> => promisify(execFile)(keygen, args);
  const key = join(folder, "key");
  await run("-q", "-t", "ed25519", "-N", "", "-C", "author", "-f", key);
  const [, fingerprint = ""] = (await run("-l", "-f", `${key}.pub`)).stdout.split(" ");
  return {
    fingerprint,
    publicKey: await readFile(`${key}.pub`, "utf8"),
    sign: async (payload) => {
      const file = join(folder, "payload");
      await writeFile(file, payload);
      await rm(`${file}.sig`, { force: true });
      await run("-q", "-Y", "sign", "-n", "git", "-f", key, file);
      return readFile(`${file}.sig`, "utf8");
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
