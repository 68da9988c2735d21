import { cleanPath } from "@weir/core";

import { defineFunction } from "../define-function.ts";

/** Functions on paths. Those on paths of the operating system are the same here: it is always a Unix. */
export const pathFunctions = [
  ...["base", "osBase"].map((name) => defineFunction(name, ["string"], "string", ([path]) => baseOf(path))),
  ...["dir", "osDir"].map((name) =>
    defineFunction(name, ["string"], "string", ([path]) =>
      cleanPath(path.slice(0, path.lastIndexOf("/") + 1)),
    ),
  ),
  ...["clean", "osClean"].map((name) =>
    defineFunction(name, ["string"], "string", ([path]) => cleanPath(path)),
  ),
  ...["ext", "osExt"].map((name) =>
    defineFunction(name, ["string"], "string", ([path]) => extensionOf(path)),
  ),
  ...["isAbs", "osIsAbs"].map((name) =>
    defineFunction(name, ["string"], "bool", ([path]) => path.startsWith("/")),
  ),
];

/** As `path.Base`: the last part without slashes behind it. */
function baseOf(path: string): string {
  if (path === "") return ".";
  let end = path.length;
  while (end > 0 && path[end - 1] === "/") end -= 1;
  return end === 0 ? "/" : path.slice(path.lastIndexOf("/", end - 1) + 1, end);
}

function extensionOf(path: string): string {
  const dot = path.lastIndexOf(".");
  return dot > path.lastIndexOf("/") ? path.slice(dot) : "";
}
