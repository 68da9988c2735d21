import { formatNotice } from "@weir/helm";

import { HelmStartError } from "./helm-flags.ts";

/** Tells of an error as helm's commands do, and gives their exit code. */
export function reportHelmError(error: unknown, writeError: (text: string) => void): number {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof HelmStartError) {
    const notice = { level: "WARN", message: "command failed", fields: [["error", message]] } as const;
    writeError(`${formatNotice(notice)}\n`);
  } else writeError(`Error: ${message}\n`);
  return 1;
}
