import type { PrintColumn } from "@weir/sdk";

/** How long the object exists. */
export const ageColumn: PrintColumn = {
  name: "Age",
  type: "date",
  jsonPath: ".metadata.creationTimestamp",
};

/** Whether the object is ready. */
export const readyColumn: PrintColumn = {
  name: "Ready",
  jsonPath: '.status.conditions[?(@.type=="Ready")].status',
};

/** Why it is or is not. */
export const statusColumn: PrintColumn = {
  name: "Status",
  jsonPath: '.status.conditions[?(@.type=="Ready")].message',
};

/** The usual columns of an applier. */
export const applierColumns: readonly PrintColumn[] = [ageColumn, readyColumn, statusColumn];
