import { describe, expect, it } from "vitest";

import { renderSprig, sprigError } from "./render-sprig.ts";

describe("functions on dictionaries", () => {
  it.each([
    ["takes any key as text", "{{ dict nil 1 2 3 }} {{ dict 1 }}", "map[2:3 <nil>:1] map[1:]"],
    [
      "takes __proto__ for a key",
      '{{ $d := dict "__proto__" 1 }}{{ get $d "__proto__" }} {{ get (dict) "__proto__" | quote }}',
      '1 ""',
    ],
    [
      "changes the dictionary itself",
      '{{ $d := dict "a" 1 }}{{ $x := set $d "b" 2 }}{{ $x = unset $d "a" }}{{ $d }}',
      "map[b:2]",
    ],
    [
      "knows a key whose value is nil",
      '{{ hasKey (dict "a" nil) "a" }} {{ hasKey (dict) "a" }}',
      "true false",
    ],
    ["plucks from several", '{{ pluck "a" (dict "a" 1) (dict) (dict "a" 2) }}', "[1 2]"],
    ["sorts keys and values", '{{ $d := dict "b" 1 "a" 2 }}{{ keys $d }} {{ values $d }}', "[a b] [2 1]"],
    [
      "picks and omits",
      '{{ $d := dict "a" 1 "b" 2 }}{{ pick $d "a" "x" }} {{ omit $d "a" }}',
      "map[a:1] map[b:2]",
    ],
    ["digs", '{{ $d := dict "a" (dict "b" 1) }}{{ dig "a" "b" 0 $d }} {{ dig "a" "x" 0 $d }}', "1 0"],
    [
      "copies all the way down",
      '{{ $d := dict "a" (dict "b" 1) }}{{ $c := deepCopy $d }}{{ $x := set $d.a "b" 2 }}{{ $c }}',
      "map[a:map[b:1]]",
    ],
    [
      "copies a moment whole, and of a version nothing",
      '{{ deepCopy (toDate "2006-01-02" "2021-05-06") }} {{ (deepCopy (semver "1.2.3")).Major }}',
      "2021-05-06 00:00:00 +0000 UTC 0",
    ],
  ])("%s", (_name, template, want) => {
    expect(renderSprig(template)).toBe(want);
  });

  it.each([
    ['{{ dig "a" (dict) }}', "dig needs at least three arguments"],
    [
      '{{ dig "a" "b" 0 (dict "a" 1) }}',
      "interface conversion: interface {} is int, not map[string]interface {}",
    ],
    ["{{ dig 1 0 (dict) }}", "interface conversion: interface {} is int, not string"],
    ['{{ set nil "a" 1 }}', "assignment to entry in nil map"],
    ["{{ indent 9223372036854775807 `x` }}", "runtime error: makeslice: len out of range"],
    ["{{ deepCopy nil }}", "reflect: call of reflect.Value.Type on zero Value"],
  ])("%s fails as in Go", (template, want) => {
    expect(sprigError(template)).toBe(want);
  });

  it("ends with a value that holds itself", () => {
    for (const action of [
      "deepCopy $d",
      "toJson $d",
      "deepEqual $d (deepCopy $d)",
      'mergeOverwrite $d (dict "x" $d)',
    ]) {
      const template = `{{ $d := dict }}{{ $x := set $d "d" $d }}{{ ${action} }}`;
      expect(() => renderSprig(template, { steps: 100_000, output: 100_000 })).not.toThrow(RangeError);
    }
  });
});

describe("merging", () => {
  it.each([
    [
      "fills what is empty",
      '{{ merge (dict "a" "" "b" 1 "c" 0) (dict "a" "x" "b" 2 "c" nil "d" 3) }}',
      "map[a:x b:1 c:0 d:3]",
    ],
    [
      "goes down into dictionaries",
      '{{ merge (dict "a" (dict "x" 1)) (dict "a" (dict "x" 2 "y" 3)) }}',
      "map[a:map[x:1 y:3]]",
    ],
    [
      "keeps a dictionary where the other has none",
      '{{ merge (dict "a" (dict "b" 1)) (dict "a" 1) }}',
      "map[a:map[b:1]]",
    ],
    [
      "overwrites, with nil too",
      '{{ mergeOverwrite (dict "a" 1 "b" 2) (dict "a" nil "b" (list)) }}',
      "map[a:<nil> b:[]]",
    ],
    ["takes the later of several", '{{ mergeOverwrite (dict) (dict "a" 1) (dict "a" 2) }}', "map[a:2]"],
    [
      "shares what it takes over",
      '{{ $s := dict "a" (dict) }}{{ $m := merge (dict) $s }}{{ $x := set $m.a "k" 1 }}{{ $s }}',
      "map[a:map[k:1]]",
    ],
    [
      "looks at no key that comes up on the way",
      '{{ $c := dict "m" (dict "n" 1) }}{{ $a := dict "m" $c }}{{ mergeOverwrite $a $c }}',
      "map[m:map[m:map[n:1] n:1]]",
    ],
    ["merges into a nil dictionary", '{{ merge nil (dict "a" 1) }}', "map[a:1]"],
  ])("%s", (_name, template, want) => {
    expect(renderSprig(template)).toBe(want);
  });

  it.each([
    [
      '{{ mustMerge (dict "a" (semver "1.0.0")) (dict "a" (dict "b" 1)) }}',
      "src and dst must be of same type",
    ],
    [
      '{{ merge (dict "a" (split "," "x")) (dict "a" (dict "b" "c")) }}',
      "reflect.Value.SetMapIndex: value of type interface {} is not assignable to type string",
    ],
  ])("%s fails as in Go", (template, want) => {
    expect(sprigError(template)).toBe(want);
  });

  it("swallows the error of a merge that need not succeed", () => {
    expect(renderSprig('{{ merge (dict "a" (semver "1.0.0")) (dict "a" (dict "b" 1)) }}')).toBe("");
  });
});

describe("choosing by emptiness", () => {
  it.each([
    ['{{ default "d" 0 }} {{ default "d" (list) }} {{ default "d" "x" }} {{ default "d" }}', "d d x d"],
    ['{{ coalesce 0 "" nil false 5 }}', "5"],
    ['{{ empty (dict) }} {{ empty (semver "0.0.0") }} {{ empty 0.0 }}', "true false true"],
    ['{{ all 1 "" }} {{ all }} {{ any 0 1 }} {{ any }}', "false true true false"],
    ['{{ ternary "y" "n" true }} {{ false | ternary "y" "n" }}', "y n"],
  ])("%s is %s", (template, want) => {
    expect(renderSprig(template)).toBe(want);
  });
});

describe("types and equality", () => {
  it.each([
    [
      "{{ typeOf 1 }} {{ typeOf 1.0 }} {{ typeOf nil }} {{ typeOf .list }}",
      "int float64 <nil> []interface {}",
    ],
    ['{{ kindOf (dict) }} {{ kindIs "slice" .list }} {{ kindOf nil }}', "map true invalid"],
    ['{{ typeIs "int" 1 }} {{ typeIsLike "semver.Version" (semver "1.0.0") }}', "true true"],
    [
      "{{ deepEqual 1 1.0 }} {{ deepEqual (list 1) (list 1) }} {{ deepEqual nil (dict) }}",
      "false true false",
    ],
    ['{{ deepEqual (list "a") (splitList "," "a") }}', "false"],
    ['{{ deepEqual (rest (list)) (list) }} {{ deepEqual (semver "1.0.0") (semver "1.0.0") }}', "false true"],
  ])("%s is %s", (template, want) => {
    expect(renderSprig(template)).toBe(want);
  });
});
