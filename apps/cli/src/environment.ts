import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { SyncOutput } from "./terminal/sync-output.ts";

const DEFAULT_COLUMNS = 120;

/** What the command line takes from its surroundings. */
export interface Environment {
  /** Where weir keeps its clusters. */
  readonly stateRoot: string;
  /** Where weir keeps what it can fetch again; nothing is kept without it. */
  readonly cacheRoot?: string;
  /** The PATH under which git and ssh are found. */
  readonly searchPath: string;
  /** The kubeconfig that the person's tools use. */
  readonly kubeconfig: string | undefined;
  /** `~/.kube/config`. */
  readonly homeKubeconfig: string;
  /** Where a pod finds the API server, and its account where that is mounted elsewhere; absent outside of a cluster. */
  readonly service: { readonly host: string; readonly port: string; readonly folder?: string } | undefined;
  /** The namespace that the controllers of a cluster run in, where it is told. */
  readonly runtimeNamespace: string | undefined;
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly workingDirectory: string;
  /** The docker configuration that the person's tools log in to registries with; it need not be there. */
  readonly dockerConfig?: string;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Resolves when all that was written has been taken. */
  readonly flush: () => Promise<void>;
  /** Aborts on Ctrl-C and on a request to end. Without its first reader, these end the process as ever. */
  readonly signal: AbortSignal;
  /** Asks the person at the terminal; absent where there is none. */
  readonly ask?: (question: string) => Promise<string>;
  /** How this program is started: the executable and what comes before the arguments; absent where it cannot be. */
  readonly program?: readonly [executable: string, ...arguments: string[]];
}

/** Reads the surroundings of the process, each when it is first asked for: what a short command does not need costs it nothing. */
export function readEnvironment(process: NodeJS.Process, listenForEnd: () => AbortSignal): Environment {
  const { env } = process;
  const output = new SyncOutput(1, () => process.stdout);
  const errors = new SyncOutput(2, () => process.stderr);
  let signal: AbortSignal | undefined;
  return {
    get stateRoot() {
      const stateHome = env["XDG_STATE_HOME"] ?? join(homedir(), ".local/state");
      return env["WEIR_HOME"] ?? join(stateHome, "weir");
    },
    get cacheRoot() {
      return cacheRootOf(process);
    },
    searchPath: env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
    kubeconfig: env["KUBECONFIG"],
    get homeKubeconfig() {
      return join(homedir(), ".kube/config");
    },
    service: serviceOf(env["KUBERNETES_SERVICE_HOST"], env["KUBERNETES_SERVICE_PORT"]),
    runtimeNamespace: env["RUNTIME_NAMESPACE"],
    get isTerminal() {
      return process.stdout.isTTY === true && env["NO_COLOR"] === undefined && env["TERM"] !== "dumb";
    },
    get columns() {
      // Some terminals say 0 for a width that they do not know.
      return process.stdout.columns > 0 ? process.stdout.columns : DEFAULT_COLUMNS;
    },
    workingDirectory: process.cwd(),
    get dockerConfig() {
      return join(env["DOCKER_CONFIG"] ?? join(homedir(), ".docker"), "config.json");
    },
    write: (text) => output.write(text),
    writeError: (text) => errors.write(text),
    flush: async () => {
      await Promise.all([output.flush(), errors.flush()]);
    },
    get signal() {
      signal ??= listenForEnd();
      return signal;
    },
    ...(process.stdin.isTTY === true ? { ask: (question) => askAt(process, question) } : {}),
    program: [process.execPath, ...process.execArgv, process.argv[1] ?? ""],
  };
}

async function askAt({ stdin, stdout }: NodeJS.Process, question: string): Promise<string> {
  const { createInterface } = await import("node:readline/promises");
  const terminal = createInterface({ input: stdin, output: stdout });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

function serviceOf(host = "", port = ""): Environment["service"] {
  return host === "" || port === "" ? undefined : { host, port };
}

/** The folder that the platform has for it; a relative one counts as none, as the XDG specification says. */
function cacheRootOf({ env, platform }: NodeJS.Process): string {
  const named = env["XDG_CACHE_HOME"] ?? "";
  if (isAbsolute(named)) return join(named, "weir");
  if (platform === "win32")
    return join(env["LOCALAPPDATA"] ?? join(homedir(), "AppData/Local"), "weir/cache");
  return join(homedir(), platform === "darwin" ? "Library/Caches" : ".cache", "weir");
}
