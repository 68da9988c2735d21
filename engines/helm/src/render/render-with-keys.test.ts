import type { KeyMaker } from "@weir/gotemplate";
import { expect, test } from "vitest";
import { renderWithKeys } from "./render-with-keys.ts";

const wanting = (count: number): ((makeKey: KeyMaker) => readonly (string | undefined)[]) => {
  return (makeKey) => Array.from({ length: count }, () => makeKey().asymmetricKeyType);
};

test.each([0, 1])("renders once with %i keys", async (count) => {
  let renders = 0;
  const keys = await renderWithKeys((makeKey) => {
    renders++;
    return wanting(count)(makeKey);
  });
  expect({ keys, renders }).toEqual({ keys: Array(count).fill("rsa"), renders: 1 });
});

test("gives all certificates keys of RSA in the end", async () => {
  expect(await renderWithKeys(wanting(5))).toEqual(Array(5).fill("rsa"));
});

test("makes keys that only the second render wants", async () => {
  let renders = 0;
  const keys = await renderWithKeys((makeKey) => wanting(++renders === 1 ? 2 : 4)(makeKey));
  expect(keys).toEqual(Array(4).fill("rsa"));
});

test("fails as the second render does", async () => {
  const failing = (makeKey: KeyMaker): never => {
    throw new TypeError(wanting(2)(makeKey).join());
  };
  await expect(renderWithKeys(failing)).rejects.toThrow("rsa,rsa");
});
