import type { JsonObject } from "@weir/core";
import { child, children, text } from "../resources/draft-access.ts";
import { ageOf, count, isTrueCondition, nameOf, type RowPrinter, since } from "./cell-text.ts";

/** What is told of a Pod's containers in one line. */
interface Told {
  ready: number;
  reason: string;
  readonly restarts: Restarts;
}

interface Restarts {
  count: number;
  last: string;
}

export const pod: RowPrinter = (row) => {
  const { spec, status } = row;
  const gates = children(spec, "readinessGates");
  const met = gates.filter((gate) => isTrueCondition(status, text(gate, "conditionType"))).length;
  const total = children(spec, "containers").length + children(spec, "initContainers").filter(staysOn).length;
  const { ready, reason, restarts } = told(spec, status);
  return [
    nameOf(row),
    `${ready}/${total}`,
    endingReason(row.object, status) || reason,
    restarts.count === 0 || restarts.last === ""
      ? String(restarts.count)
      : `${restarts.count} (${since(restarts.last, row.now)} ago)`,
    ageOf(row),
    text(children(status, "podIPs")[0], "ip") || text(status, "podIP") || "<none>",
    text(spec, "nodeName") || "<none>",
    text(status, "nominatedNodeName") || "<none>",
    gates.length === 0 ? "<none>" : `${met}/${gates.length}`,
  ];
};

function told(spec: JsonObject, status: JsonObject): Told {
  const all = { count: 0, last: "" };
  const kept = { count: 0, last: "" };
  const result: Told = { ready: 0, reason: phaseReason(status), restarts: kept };
  const init = tellInit(result, { spec, status, all, kept });
  if (init !== "") result.reason = init;
  // While init containers run, none of the others counts.
  if (init !== "" && !isTrueCondition(status, "Initialized")) return { ...result, restarts: all };
  return tellContainers(result, status);
}

function phaseReason(status: JsonObject): string {
  const isGated = children(status, "conditions").some(
    (each) => each["type"] === "PodScheduled" && each["reason"] === "SchedulingGated",
  );
  return isGated ? "SchedulingGated" : text(status, "reason") || text(status, "phase");
}

/** What is told of a Pod that is being deleted. */
function endingReason(object: JsonObject, status: JsonObject): string {
  if (text(child(object, "metadata"), "deletionTimestamp") === "") return "";
  if (text(status, "reason") === "NodeLost") return "Unknown";
  return ["Succeeded", "Failed"].includes(text(status, "phase")) ? "" : "Terminating";
}

function staysOn(container: JsonObject | undefined): boolean {
  return text(container, "restartPolicy") === "Always";
}

interface InitView {
  readonly spec: JsonObject;
  readonly status: JsonObject;
  /** The restarts of all init containers, and of those among them that stay on. */
  readonly all: Restarts;
  readonly kept: Restarts;
}

/** Counts init containers up to the first that is not done, and tells what that one is doing. */
function tellInit(result: Told, { spec, status, all, kept }: InitView): string {
  const containers = children(spec, "initContainers");
  for (const [index, state] of children(status, "initContainerStatuses").entries()) {
    const isKept = staysOn(containers.find((container) => container["name"] === state["name"]));
    addRestarts(all, state);
    if (isKept) addRestarts(kept, state);
    const terminated = child(child(state, "state"), "terminated");
    if (terminated !== undefined && count(terminated["exitCode"]) === 0) continue;
    if (!isKept || state["started"] !== true) return initReason(state, index, containers.length);
    if (state["ready"] === true) result.ready += 1;
  }
  return "";
}

function initReason(status: JsonObject, index: number, total: number): string {
  const state = child(status, "state");
  const terminated = child(state, "terminated");
  if (terminated !== undefined) return `Init:${endReason(terminated)}`;
  const waiting = text(child(state, "waiting"), "reason");
  return waiting !== "" && waiting !== "PodInitializing" ? `Init:${waiting}` : `Init:${index}/${total}`;
}

function endReason(terminated: JsonObject): string {
  const signal = count(terminated["signal"]);
  const ended = signal === 0 ? `ExitCode:${count(terminated["exitCode"])}` : `Signal:${signal}`;
  return text(terminated, "reason") || ended;
}

/** The first container that waits or has ended says what the Pod does. */
function tellContainers(result: Told, status: JsonObject): Told {
  let isRunning = false;
  for (const each of [...children(status, "containerStatuses")].reverse()) {
    addRestarts(result.restarts, each);
    const state = child(each, "state");
    const terminated = child(state, "terminated");
    const waiting = text(child(state, "waiting"), "reason");
    if (waiting !== "") result.reason = waiting;
    else if (terminated !== undefined) result.reason = endReason(terminated);
    else if (each["ready"] === true && child(state, "running") !== undefined) {
      isRunning = true;
      result.ready += 1;
    }
  }
  if (result.reason === "Completed" && isRunning)
    result.reason = isTrueCondition(status, "Ready") ? "Running" : "NotReady";
  return result;
}

function addRestarts(sum: Restarts, status: JsonObject): void {
  sum.count += count(status["restartCount"]);
  const ended = text(child(child(status, "lastState"), "terminated"), "finishedAt");
  if (ended > sum.last) sum.last = ended;
}
