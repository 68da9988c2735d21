import { WeirError } from "@weir/core";

/** A schedule that means nothing; the message is that of Kubernetes' parser. */
export class CronScheduleError extends WeirError {
  override readonly name = "CronScheduleError";
  readonly reason = "InvalidSchedule";
  readonly retry = "never";
}
