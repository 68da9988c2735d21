import { generateKeyPair, type KeyObject } from "node:crypto";

import { ecdsaKeyMaker, type KeyMaker, rsaKeyMaker } from "@weir/gotemplate";

/** Keys that are made before a render is known to want them. */
const MOST_KEYS = 200;

/**
 * Renders with the keys that certificates need made side by side.
 *
 * A key of RSA takes a twentieth of a second, and templates ask for one after another. So a first render gets one such key and
 * then keys that take no time, to count them; if there was more than one, its result is dropped, the keys are made on all
 * processors at once, and `render` is called again. It must not tell anyone of the first render. Throws what `render` throws.
 */
export async function renderWithKeys<Result>(render: (makeKey: KeyMaker) => Result): Promise<Result> {
  const first = countKeys(render);
  if (first.kind === "done") return first.result;
  const keys = [...first.keys, ...(await Promise.all(Array.from({ length: first.missing }, makeRsaKey)))];
  let at = 0;
  return render(() => keys[at++] ?? rsaKeyMaker());
}

type FirstRender<Result> =
  | { readonly kind: "done"; readonly result: Result }
  | { readonly kind: "again"; readonly keys: readonly KeyObject[]; readonly missing: number };

function countKeys<Result>(render: (makeKey: KeyMaker) => Result): FirstRender<Result> {
  const keys: KeyObject[] = [];
  let missing = 0;
  const makeKey: KeyMaker = () => {
    if (keys.length > 0) {
      missing++;
      return ecdsaKeyMaker();
    }
    const key = rsaKeyMaker();
    keys.push(key);
    return key;
  };
  try {
    const result = render(makeKey);
    if (missing === 0) return { kind: "done", result };
  } catch (error) {
    // With other keys it might not have failed.
    if (missing === 0) throw error;
  }
  return { kind: "again", keys, missing: Math.min(missing, MOST_KEYS) };
}

/** On one of the threads that node keeps for such work. */
function makeRsaKey(): Promise<KeyObject> {
  const { promise, resolve, reject } = Promise.withResolvers<KeyObject>();
  generateKeyPair("rsa", { modulusLength: 2048 }, (error, _publicKey, privateKey) => {
    if (error === null) resolve(privateKey);
    else reject(error);
  });
  return promise;
}
