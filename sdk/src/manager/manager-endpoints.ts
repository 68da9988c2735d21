import { describeError } from "@weir/core";
import { type EndpointAnswer, type EndpointServer, serveEndpoints } from "./http-endpoints.ts";
import type { HealthCheck, ManagerOptions } from "./manager.ts";

/** What the endpoints of a manager answer. */
export interface EndpointAnswers {
  metrics(): Promise<EndpointAnswer>;
  health(): Promise<EndpointAnswer>;
  ready(): Promise<EndpointAnswer>;
}

/** The HTTP servers of a manager: metrics, and health with readiness. */
export class ManagerEndpoints implements AsyncDisposable {
  readonly #options: Pick<ManagerOptions, "metricsServer" | "healthServer">;
  readonly #answers: EndpointAnswers;
  #metrics: EndpointServer | undefined;
  #health: EndpointServer | undefined;

  constructor(options: Pick<ManagerOptions, "metricsServer" | "healthServer">, answers: EndpointAnswers) {
    this.#options = options;
    this.#answers = answers;
  }

  get ports(): { readonly metrics?: number; readonly health?: number } {
    return {
      ...(this.#metrics === undefined ? {} : { metrics: this.#metrics.port }),
      ...(this.#health === undefined ? {} : { health: this.#health.port }),
    };
  }

  async serve(): Promise<void> {
    const { metricsServer, healthServer } = this.#options;
    const { metrics, health, ready } = this.#answers;
    if (metricsServer !== undefined) {
      this.#metrics = await serveEndpoints(metricsServer, new Map([["/metrics", metrics]]));
    }
    if (healthServer !== undefined) {
      const endpoints = new Map([
        ["/healthz", health],
        ["/readyz", ready],
      ]);
      this.#health = await serveEndpoints(healthServer, endpoints);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#health?.[Symbol.asyncDispose]();
    await this.#metrics?.[Symbol.asyncDispose]();
  }
}

/** Says whether everything is well, or names what is not. */
export async function checked(
  isWell: boolean,
  name: string,
  checks: Readonly<Record<string, HealthCheck>> = {},
): Promise<EndpointAnswer> {
  const failures = isWell ? [] : [`${name}: not ready`];
  for (const [check, ask] of Object.entries(checks)) {
    try {
      await ask();
    } catch (error) {
      failures.push(`${check}: ${describeError(error)}`);
    }
  }
  if (failures.length === 0) return { status: 200, contentType: "text/plain", body: "ok" };
  return { status: 500, contentType: "text/plain", body: failures.join("\n") };
}
