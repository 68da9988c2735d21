import type { JsonValue } from "@weir/core";

/** One recorded conversation with a Kubernetes API. */
export interface Transcript {
  readonly name: string;
  readonly needs: readonly string[];
  readonly namespaces: readonly string[];
  readonly setup?: readonly SetupRequest[];
  readonly steps: readonly TranscriptStep[];
  readonly rvOrder?: readonly string[];
  readonly numberedTimes?: boolean;
  /** JSON paths that two recordings did not agree on. */
  readonly unstable?: readonly string[];
}

/** A request as recorded. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly body?: JsonValue;
  readonly rawBody?: string;
  readonly rawBodyHex?: string;
  readonly rawBodyRepeat?: JsonValue;
}

/** A request that prepares a transcript; only its status counts. */
export interface SetupRequest extends RecordedRequest {
  readonly expectStatus: number;
  readonly waitEstablished?: boolean | string;
}

/** A response as recorded. */
export interface RecordedResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: JsonValue;
  readonly rawBody?: string;
  readonly bodyPrefix?: string;
  readonly rawBodyPrefixHex?: string;
  readonly bodySubset?: boolean;
}

/** A request with its answer. */
export interface ExchangeStep {
  readonly request: RecordedRequest;
  readonly response: RecordedResponse;
  readonly retry?: boolean;
  readonly note?: string;
  /** How long a server needs that looks at what was written from time to time. */
  readonly pauseMs?: number;
}

/** A watch with what happened while it was open. */
export interface WatchStep {
  readonly watch: RecordedRequest;
  readonly during?: readonly ExchangeStep[];
  readonly response: RecordedResponse;
  readonly expectEvents?: readonly JsonValue[];
  readonly end?: "open" | "closed";
  readonly deadlineSeconds?: number;
}

/** Something done to the store. */
export interface ActionStep {
  readonly action: string;
}

export type TranscriptStep = ExchangeStep | WatchStep | ActionStep;
