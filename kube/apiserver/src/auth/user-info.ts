/** Who makes a request. */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** The user that may do everything: who an in-process caller without credentials is. */
export const administrator: UserInfo = { name: "admin", groups: ["system:masters", "system:authenticated"] };

/** Who sends no credentials. */
export const anonymous: UserInfo = { name: "system:anonymous", groups: ["system:unauthenticated"] };
