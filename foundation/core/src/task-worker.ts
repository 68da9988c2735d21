import { type MessagePort, parentPort } from "node:worker_threads";
import { invariant } from "./error.ts";
import { recordError } from "./worker-error.ts";
import { type TaskRequest, type TaskResponse, Transferred } from "./worker-protocol.ts";

type Task = (input: unknown) => unknown;

// The entry point of a worker thread: the one file of this package that acts when it is loaded.
if (parentPort !== null) serve(parentPort);

function serve(port: MessagePort): void {
  const modules = new Map<string, Readonly<Record<string, unknown>>>();
  port.on("message", (request: TaskRequest) => void answer(port, modules, request));
}

async function answer(
  port: MessagePort,
  modules: Map<string, Readonly<Record<string, unknown>>>,
  request: TaskRequest,
): Promise<void> {
  try {
    const task = await load(port, modules, request);
    const result: unknown = await task(request.input);
    if (result instanceof Transferred) say(port, { kind: "done", output: result.value }, result.transfer);
    else say(port, { kind: "done", output: result });
  } catch (thrown) {
    say(port, { kind: "failed", error: recordError(thrown) });
  }
}

function say(
  port: MessagePort,
  response: TaskResponse,
  transfer: Transferred<unknown>["transfer"] = [],
): void {
  port.postMessage(response, transfer);
}

async function load(
  port: MessagePort,
  modules: Map<string, Readonly<Record<string, unknown>>>,
  { moduleUrl, exportName }: TaskRequest,
): Promise<Task> {
  let loaded = modules.get(moduleUrl);
  if (loaded === undefined) {
    loaded = (await import(moduleUrl)) as Readonly<Record<string, unknown>>;
    modules.set(moduleUrl, loaded);
    say(port, { kind: "loaded" });
  }
  const task = loaded[exportName];
  invariant(typeof task === "function", `${moduleUrl} exports no function ${exportName}`);
  return task as Task;
}
