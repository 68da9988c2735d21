import { existsSync } from "node:fs";
import { type SalvageReport, salvageSqliteStorage, StorageLockedError } from "@weir/apiserver";
import type { Environment } from "../environment.ts";
import { clusterRunsError, clusterState, noClusterError } from "./cluster-state.ts";

const SHOWN = 20;

/** Puts what can be read of a damaged storage in its place. Returns the exit code: 1 where something is lost. */
export async function runSalvage(folder: string | undefined, environment: Environment): Promise<number> {
  const state = clusterState(environment.stateRoot, folder);
  if (!existsSync(state.database)) throw noClusterError(state);
  try {
    const report = await salvageSqliteStorage({ path: state.database });
    environment.write(reportText(report));
    return report.lost.length + report.lostUnknown === 0 ? 0 : 1;
  } catch (error) {
    throw error instanceof StorageLockedError ? clusterRunsError(state, error.pid) : error;
  }
}

function reportText({
  keys,
  revision,
  damagedPath,
  lost,
  lostUnknown,
  doubtful,
  remarks,
}: SalvageReport): string {
  const lines = [
    `kept ${keys} keys at revision ${revision}; the damaged storage is ${damagedPath}`,
    ...remarks,
    ...some(lost, ({ revision: at, key = "an unknown key", restored }) => {
      const instead = restored === undefined ? "" : `, which is at revision ${restored} again`;
      return `lost revision ${at} of ${key}${instead}`;
    }),
    ...(lostUnknown === 0 ? [] : [`lost ${lostUnknown} more writes of which nothing is known`]),
    ...some(doubtful, (key) => `doubtful: ${key} may be older than the last, or deleted`),
  ];
  return `${lines.join("\n")}\n`;
}

function some<Item>(items: readonly Item[], describe: (item: Item) => string): readonly string[] {
  const more = items.length - SHOWN;
  return [...items.slice(0, SHOWN).map(describe), ...(more > 0 ? [`and ${more} more`] : [])];
}
