import type {
  Container,
  ContainerState,
  ContainerStatus,
  Pod,
  PodCondition,
  PodStatus,
} from "@weir/builtin/core-v1";
import { observedGeneration } from "./count-field.ts";
import type { SimulatedStatus } from "./simulated-status.ts";
import { timestamp } from "./timestamp.ts";
import type { PodStage } from "./workload-timing.ts";

/** Where a simulated pod runs. */
export interface PodPlace {
  readonly hostIP: string;
  readonly podIP: string;
}

/** What its containers do. */
type PodCourse = "starts" | "runs" | "completes" | "crashes" | "fails" | "waits";

/**
 * The status that a kubelet would report in the end.
 *
 * A pod that is to be restarted for ever runs; one that is not has done its work. One that fails loops in crashes where
 * it is restarted for ever, and ends otherwise. Times of what did not change are kept. `stage` says how far it has come.
 */
// oxlint-disable-next-line max-params -- a pod, what it comes to, and where and when it is
export function podStatus(
  pod: Pod,
  wanted: SimulatedStatus,
  place: PodPlace,
  nowMs: number,
  stage: PodStage = "settled",
): PodStatus {
  const course = courseAt(stage, courseOf(pod, wanted));
  const now = timestamp(nowMs);
  const startTime = pod.status?.startTime ?? now;
  const observed = observedGeneration(pod.metadata);
  const isRunning = course === "runs" || course === "crashes" || course === "starts";
  return {
    ...pod.status,
    ...observed,
    phase: phaseOf(course),
    conditions: podConditions(pod, course, now).map((condition) => ({ ...observed, ...condition })),
    hostIP: place.hostIP,
    hostIPs: [{ ip: place.hostIP }],
    ...(course === "waits" ? {} : { podIP: place.podIP, podIPs: [{ ip: place.podIP }] }),
    startTime,
    ...(pod.spec?.initContainers === undefined
      ? {}
      : {
          initContainerStatuses: pod.spec.initContainers.map((container) =>
            initContainerStatus(pod, container, { course, startTime, isRunning }),
          ),
        }),
    containerStatuses: (pod.spec?.containers ?? []).map((container) =>
      containerStatus(pod, container, stateOf(course, startTime)),
    ),
  };
}

/** Says whether a pod takes part in the count of ready ones. */
export function isPodReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

/** Says whether a pod has run to its end, well or not. */
export function isPodFinished(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}

/** Since when a pod has been ready; `undefined` while it is not. */
export function readySince(pod: Pod): string | undefined {
  const ready = pod.status?.conditions?.find(({ type }) => type === "Ready");
  return ready?.status === "True" ? ready.lastTransitionTime : undefined;
}

function courseOf(pod: Pod, wanted: SimulatedStatus): PodCourse {
  const isRestarted = (pod.spec?.restartPolicy ?? "Always") === "Always";
  switch (wanted) {
    case "ready":
      return isRestarted ? "runs" : "completes";
    case "failed":
      return isRestarted ? "crashes" : "fails";
    case "pending":
      return "waits";
  }
}

/** Whether a pod ends by itself, well or not. */
export function endsByItself(pod: Pod): boolean {
  return (pod.spec?.restartPolicy ?? "Always") !== "Always";
}

/** On its way, a pod is created and starts, whatever it comes to; one that ends runs until then. */
function courseAt(stage: PodStage, course: PodCourse): PodCourse {
  if (stage === "settled" || course === "waits") return course;
  if (stage === "creating") return "waits";
  return course === "completes" || course === "fails" ? "runs" : "starts";
}

function phaseOf(course: PodCourse): string {
  switch (course) {
    case "starts":
    case "runs":
    case "crashes":
      return "Running";
    case "completes":
      return "Succeeded";
    case "fails":
      return "Failed";
    case "waits":
      return "Pending";
  }
}

function podConditions(pod: Pod, course: PodCourse, now: string): readonly PodCondition[] {
  const containers = (pod.spec?.containers ?? []).map(({ name }) => name).join(" ");
  const notReady = {
    reason: "ContainersNotReady",
    message: `containers with unready status: [${containers}]`,
  };
  const because =
    course === "completes"
      ? { reason: "PodCompleted" }
      : course === "fails"
        ? { reason: "PodFailed" }
        : notReady;
  const isReady = course === "runs";
  const hasSandbox = course === "runs" || course === "crashes" || course === "starts";
  const wanted: readonly PodCondition[] = [
    { type: "PodReadyToStartContainers", status: claim(hasSandbox) },
    { type: "Initialized", status: "True", ...(course === "completes" ? { reason: "PodCompleted" } : {}) },
    { type: "Ready", status: claim(isReady), ...(isReady ? {} : because) },
    { type: "ContainersReady", status: claim(isReady), ...(isReady ? {} : because) },
    { type: "PodScheduled", status: "True" },
  ];
  const previous = new Map(pod.status?.conditions?.map((condition) => [condition.type, condition]));
  return wanted.map((condition) => {
    const before = previous.get(condition.type);
    const isSame = before?.status === condition.status && before.lastTransitionTime !== undefined;
    return { ...condition, lastTransitionTime: (isSame ? before.lastTransitionTime : undefined) ?? now };
  });
}

function claim(holds: boolean): "True" | "False" {
  return holds ? "True" : "False";
}

function stateOf(course: PodCourse, startedAt: string): Omit<ContainerStatus, "name" | "image" | "imageID"> {
  const ended = (exitCode: number, reason: string): ContainerState => ({
    terminated: { exitCode, reason, startedAt, finishedAt: startedAt },
  });
  switch (course) {
    case "starts":
      return { ready: false, started: true, restartCount: 0, state: { running: { startedAt } } };
    case "runs":
      return { ready: true, started: true, restartCount: 0, state: { running: { startedAt } } };
    case "completes":
      return { ready: false, started: false, restartCount: 0, state: ended(0, "Completed") };
    case "fails":
      return { ready: false, started: false, restartCount: 0, state: ended(1, "Error") };
    case "waits":
      return {
        ready: false,
        started: false,
        restartCount: 0,
        state: { waiting: { reason: "ContainerCreating" } },
      };
    case "crashes": {
      const message = "back-off 5m0s restarting failed container";
      const state = { waiting: { reason: "CrashLoopBackOff", message } };
      return { ready: false, started: false, restartCount: 1, state, lastState: ended(1, "Error") };
    }
  }
}

/** An init container has ended before the others began, but for a sidecar, which runs along with them. */
function initContainerStatus(
  pod: Pod,
  container: Container,
  of: { readonly course: PodCourse; readonly startTime: string; readonly isRunning: boolean },
): ContainerStatus {
  const isSidecar = container.restartPolicy === "Always";
  const completed = stateOf("completes", of.startTime);
  if (of.course === "waits") return containerStatus(pod, container, stateOf("waits", of.startTime));
  if (isSidecar && of.isRunning) return containerStatus(pod, container, stateOf("runs", of.startTime));
  return containerStatus(pod, container, { ...completed, ready: true });
}

function containerStatus(
  pod: Pod,
  container: Container,
  state: Omit<ContainerStatus, "name" | "image" | "imageID">,
): ContainerStatus {
  const image = container.image ?? "";
  if (state.state?.waiting !== undefined && state.lastState === undefined) {
    return { name: container.name, image, imageID: "", ...state };
  }
  const containerID = `weir://${pod.metadata.uid ?? ""}/${container.name}`;
  return { name: container.name, image, imageID: image, containerID, ...state };
}
