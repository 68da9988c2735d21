/** What a repository of charts does wrong, or asks for, below a path. */
export type ChartRepositoryFault =
  /** Lets in who knows the password. */
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  /** Answers late. */
  | { readonly kind: "slow"; readonly afterMs: number }
  /** Answers every request with a status. */
  | { readonly kind: "status"; readonly status: number }
  /** Sends the client to the same path on another server. */
  | { readonly kind: "redirect"; readonly to: string }
  /** Breaks the connection after some bytes of every file. */
  | { readonly kind: "cut"; readonly afterBytes: number }
  /** Sends other bytes for archives than the index says. */
  | { readonly kind: "wrong-archives" };

/** The first segment of a path and what happens below it; the repository follows (`/auth/main/index.yaml`). */
export type ChartRepositoryFaults = Readonly<Record<string, ChartRepositoryFault>>;

/** The fault of the server that Flux's behaviour was recorded against, and an error as the Git server has it. */
export const usualChartRepositoryFaults: ChartRepositoryFaults = {
  auth: { kind: "basic", username: "user", password: "pass" },
  err500: { kind: "status", status: 500 },
};

/** Answers a request in place of the repository; `undefined` lets it through. */
export function refusalOf(
  fault: ChartRepositoryFault,
  authorization: string | null,
  path: string,
): Response | undefined {
  switch (fault.kind) {
    case "basic": {
      const wanted = Buffer.from(`${fault.username}:${fault.password}`).toString("base64");
      if (authorization === `Basic ${wanted}`) return undefined;
      const headers = { "www-authenticate": 'Basic realm="charts"' };
      return new Response("unauthorized\n", { status: 401, headers });
    }
    case "status":
      return new Response("the server is at fault\n", { status: fault.status });
    case "redirect":
      return Response.redirect(`${fault.to}/${path}`, 302);
    default:
      return undefined;
  }
}

/** What is sent of a file. */
export function damagedFile(
  fault: ChartRepositoryFault | undefined,
  path: string,
  bytes: Uint8Array,
): Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> {
  if (fault?.kind === "cut") return brokenOff(bytes.subarray(0, fault.afterBytes));
  const isWrong = fault?.kind === "wrong-archives" && path.endsWith(".tgz");
  return new Uint8Array(isWrong ? bytes.map((byte) => byte ^ 1) : bytes);
}

/** A body whose connection breaks behind these bytes. */
function brokenOff(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let isSent = false;
  return new ReadableStream({
    pull(controller) {
      if (isSent) controller.error("the connection broke");
      else controller.enqueue(bytes);
      isSent = true;
    },
  });
}
