/** How grave a finding is: an error will likely fail, a warning breaks with what is usual. */
export type LintSeverity = "INFO" | "WARNING" | "ERROR";

/** One finding of a linter. */
export interface LintFinding {
  readonly severity: LintSeverity;
  /** File or folder of the chart, as helm names it. */
  readonly path: string;
  readonly message: string;
}

/** A finding as helm prints it: `[ERROR] Chart.yaml: version is required`. */
export function formatFinding({ severity, path, message }: LintFinding): string {
  return `[${severity}] ${path}: ${message}`;
}

/** Gathers the findings of rules. */
export class LintFindings {
  readonly list: LintFinding[] = [];

  /** Notes a finding, if there is one; true if there is none. */
  add(severity: LintSeverity, path: string, message: string | undefined): boolean {
    if (message !== undefined) this.list.push({ severity, path, message });
    return message === undefined;
  }
}
