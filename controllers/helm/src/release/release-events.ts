import { HelmRelease, type HelmReleaseSnapshot } from "@weir/api";
import type { ReconcileEvent } from "@weir/sdk";
import type { ChartInUse } from "../report/happening.ts";

/** What an event is about: a chart, the digest of the values, and the artifact that the chart came in. */
export interface EventSubject {
  readonly revision: string;
  readonly token: string;
  readonly appVersion: string | undefined;
  readonly ociDigest: string | undefined;
}

/** The subject of an event about a revision. */
export function subjectOfSnapshot({
  chartVersion,
  configDigest,
  appVersion,
  ociDigest,
}: HelmReleaseSnapshot): EventSubject {
  return { revision: chartVersion, token: configDigest, appVersion, ociDigest };
}

/** The subject of an event about an attempt that left no revision. */
export function subjectOfAttempt(
  { version, appVersion, ociDigest }: ChartInUse,
  configDigest: string,
): EventSubject {
  return { revision: version, token: configDigest, appVersion, ociDigest };
}

/** An event as Flux annotates it. */
export function releaseEvent(
  event: Pick<ReconcileEvent, "type" | "reason" | "message">,
  { revision, token, appVersion, ociDigest }: EventSubject,
): ReconcileEvent {
  const values = { revision, token, "app-version": appVersion, "oci-digest": ociDigest };
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== "");
  const annotations = Object.fromEntries(
    given.map(([key, value]) => [`${HelmRelease.group}/${key}`, value as string]),
  );
  return { ...event, annotations };
}
