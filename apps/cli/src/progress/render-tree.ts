import type { Colors } from "../terminal/colors.ts";
import { shortRevision } from "../terminal/short-revision.ts";
import { firstBrokenLink } from "./broken-link.ts";
import type { ObjectPhase, ObjectState } from "./object-state.ts";

const MARKS: Readonly<Record<ObjectPhase, string>> = {
  ready: "✔",
  failed: "✗",
  waiting: "◌",
  working: "…",
  suspended: "⏸",
};

/** The Flux objects as a tree: sources, and below them their consumers in the order of their needs. */
export function renderTree(
  states: ReadonlyMap<string, ObjectState>,
  width: number,
  colors: Colors,
): readonly string[] {
  const lines: string[] = [];
  const shown = new Set<string>();
  const children = Map.groupBy([...states.values()], (state) => parentOf(state, states));
  const walk = (id: string | undefined, prefix: string): void => {
    const members = (children.get(id) ?? []).sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const [index, state] of members.entries()) {
      if (shown.has(state.id)) continue;
      shown.add(state.id);
      const isLast = index === members.length - 1;
      const branch = id === undefined ? "" : isLast ? "└─ " : "├─ ";
      lines.push(renderLine(state, prefix + branch, width, colors));
      walk(state.id, id === undefined ? prefix : prefix + (isLast ? "   " : "│  "));
    }
  };
  walk(undefined, "");
  for (const state of states.values())
    if (!shown.has(state.id)) lines.push(renderLine(state, "", width, colors));
  const broken = firstBrokenLink(states);
  if (broken !== undefined) lines.push("", ...describeBroken(broken.object, broken.waiting, colors));
  return lines;
}

function describeBroken(object: ObjectState, waiting: number, colors: Colors): readonly string[] {
  const others =
    waiting === 0 ? "" : `, and ${waiting} ${waiting === 1 ? "object waits" : "objects wait"} for it`;
  return [
    `${colors.red("first broken link")}: ${object.id}${others}`,
    ...object.message.split("\n").map((line) => `  ${line}`),
  ];
}

/** Below its last need, so that a chain reads from top to bottom. */
function parentOf(state: ObjectState, states: ReadonlyMap<string, ObjectState>): string | undefined {
  return state.needs.findLast((need) => need !== state.id && states.has(need));
}

function renderLine(state: ObjectState, prefix: string, width: number, colors: Colors): string {
  const name = `${state.kind}/${state.namespace}/${state.name}`;
  const note = state.isBootstrap ? " (kept as weir made it)" : "";
  const head = `${prefix}${MARKS[state.phase]} ${name}${note}`;
  const room = Math.max(10, width - head.length - 2);
  const message = shortRevision(state.message.split("\n")[0] ?? "");
  const text = message.length > room ? `${message.slice(0, room - 1)}…` : message;
  return `${prefix}${paint(state.phase, colors)(MARKS[state.phase])} ${name}${colors.dim(note)}  ${colors.dim(text)}`;
}

function paint(phase: ObjectPhase, colors: Colors): (text: string) => string {
  if (phase === "ready") return colors.green;
  return phase === "failed" ? colors.red : colors.yellow;
}
