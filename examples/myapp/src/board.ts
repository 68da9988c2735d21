import { ConfigMap } from "@weir/builtin/core-v1";
import type { BaseContext } from "@weir/sdk";
import type { MyApp } from "./my-app.ts";

/** A ConfigMap that whoever wants an overview makes: each MyApp of its namespace keeps a line in it. */
export const BOARD = "myapps";

/**
 * Writes the line of a MyApp, or takes it off. Nothing happens where there is no board, or nothing would change; when
 * another writer was faster the ConfigMap is read again and the change is made to what it is then.
 */
export async function updateBoard(app: MyApp, line: string | undefined, ctx: BaseContext): Promise<void> {
  const { namespace, name } = app.metadata;
  const key = namespace === undefined ? { name: BOARD } : { namespace, name: BOARD };
  await ctx.update(ConfigMap, key, ({ data = {}, ...board }) => {
    const { [name]: _, ...others } = data;
    return { ...board, data: line === undefined ? others : { ...others, [name]: line } };
  });
}
