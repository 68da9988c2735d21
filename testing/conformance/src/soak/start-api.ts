import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { ClusterConfig } from "@weir/client";

/** An embedded API in a process of its own. */
export interface ApiProcess extends AsyncDisposable {
  readonly port: number;
  /** A client's configuration that reaches it at a port, its own or a proxy's. */
  configAt(port: number): ClusterConfig;
}

interface Access {
  readonly url: string;
  readonly token: string;
  readonly certificateAuthority: string;
}

/** Starts an API whose sockets and memory are not those of who uses it; disposing it ends the process. */
export async function startApi(): Promise<ApiProcess> {
  const program = new URL("api-process.ts", import.meta.url).pathname;
  const flags = ["--conditions=@weir/source", "--disable-warning=ExperimentalWarning"];
  const child = spawn(process.execPath, [...flags, program], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, "line")) as [string];
  const { url, token, certificateAuthority } = JSON.parse(line) as Access;
  return {
    port: Number(new URL(url).port),
    configAt: (port) => ({
      server: `https://127.0.0.1:${port}`,
      auth: { kind: "token", token },
      ca: { kind: "inline", bytes: Buffer.from(certificateAuthority) },
      clientCertificate: undefined,
      tlsServerName: undefined,
      insecureSkipTlsVerify: false,
      proxyUrl: undefined,
      namespace: undefined,
      impersonate: undefined,
    }),
    [Symbol.asyncDispose]: async () => {
      const exited = once(child, "exit");
      child.stdin.end();
      await exited;
      lines.close();
    },
  };
}
