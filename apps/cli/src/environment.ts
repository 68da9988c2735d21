import { homedir } from "node:os";
import { join } from "node:path";

const DEFAULT_COLUMNS = 120;

/** What the command line takes from its surroundings, read once in main. */
export interface Environment {
  /** Where weir keeps its clusters. */
  readonly stateRoot: string;
  /** The PATH under which git and ssh are found. */
  readonly searchPath: string;
  /** The kubeconfig that the person's tools use. */
  readonly kubeconfig: string | undefined;
  /** `~/.kube/config`. */
  readonly homeKubeconfig: string;
  /** Where a pod finds the API server; absent outside of a cluster. */
  readonly service: { readonly host: string; readonly port: string } | undefined;
  /** The namespace that the controllers of a cluster run in, where it is told. */
  readonly runtimeNamespace: string | undefined;
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly workingDirectory: string;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Aborts on Ctrl-C and on a request to end. */
  readonly signal: AbortSignal;
}

/** Reads the surroundings of the process. */
export function readEnvironment(process: NodeJS.Process, signal: AbortSignal): Environment {
  const { env } = process;
  const stateHome = env["XDG_STATE_HOME"] ?? join(homedir(), ".local/state");
  return {
    stateRoot: env["WEIR_HOME"] ?? join(stateHome, "weir"),
    searchPath: env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
    kubeconfig: env["KUBECONFIG"],
    homeKubeconfig: join(homedir(), ".kube/config"),
    service: serviceOf(env["KUBERNETES_SERVICE_HOST"], env["KUBERNETES_SERVICE_PORT"]),
    runtimeNamespace: env["RUNTIME_NAMESPACE"],
    isTerminal: process.stdout.isTTY === true && env["NO_COLOR"] === undefined && env["TERM"] !== "dumb",
    // Some terminals say 0 for a width that they do not know.
    columns: process.stdout.columns > 0 ? process.stdout.columns : DEFAULT_COLUMNS,
    workingDirectory: process.cwd(),
    write: (text) => void process.stdout.write(text),
    writeError: (text) => void process.stderr.write(text),
    signal,
  };
}

function serviceOf(host = "", port = ""): Environment["service"] {
  return host === "" || port === "" ? undefined : { host, port };
}
