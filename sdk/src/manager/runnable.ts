/** How work is ended. */
export interface StopOptions {
  /** How long what runs may take to end; for ever if negative. */
  readonly withinMs: number;
  /** Ends the wait before its time. */
  readonly hurry?: AbortSignal | undefined;
}

/** Something that a manager runs: a controller or a task. */
export interface Runnable {
  readonly name: string;
  /** Whether it may run only while this process holds the lease. */
  readonly needsLease: boolean;
  /** Declares watches and listens to them; nothing is done yet. */
  prepare(): void;
  /** Resolves when every watch has told of its first state. */
  synced(): Promise<void>;
  /** Begins the work. */
  start(): void;
  /** Ends the work, and the watches; says whether nothing runs any more. */
  stop(options: StopOptions): Promise<boolean>;
}
