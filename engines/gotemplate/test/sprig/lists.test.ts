import { describe, expect, it } from "vitest";

import { renderSprig, sprigError } from "./render-sprig.ts";

describe("functions on lists", () => {
  it.each([
    ["keeps the list that it appends to", "{{ $l := list 1 }}{{ append $l 2 }}{{ $l }}", "[1 2][1]"],
    ["prepends", "{{ prepend (list 1) 0 }}", "[0 1]"],
    [
      "takes ends",
      "{{ first .list }} {{ last .list }} {{ rest .list }} {{ initial .list }}",
      "b true [a 3 <nil> true] [b a 3 <nil>]",
    ],
    ["has no rest of an empty list", "{{ rest (list) | toJson }} {{ first (list) | toJson }}", "null null"],
    ["reverses", "{{ reverse (list 1 2) }}", "[2 1]"],
    ["drops what is empty", '{{ compact (list 0 "" nil 1 (list)) }}', "[1]"],
    ["tells types apart in a set", "{{ uniq (list 1 1 1.0 (list 1) (list 1) nil nil) }}", "[1 1 [1] <nil>]"],
    ["leaves items out", '{{ without .list "a" nil }}', "[b 3 true]"],
    [
      "looks for an item of the same type",
      "{{ has 3 .list }} {{ has 3.0 .list }} {{ has 1 nil }}",
      "false true false",
    ],
    [
      "slices",
      "{{ slice (list 1 2 3) 1 }} {{ slice (list 1 2 3) 0 1 }} {{ slice (list) 5 }}",
      "[2 3] [1] <no value>",
    ],
    ["keeps the type of a slice", '{{ slice (splitList "," "a,b") 1 | typeOf }}', "[]string"],
    [
      "chunks",
      "{{ chunk 2 (list 1 2 3) }} {{ chunk 2 (list) }} {{ chunk -2 (list 1) }}",
      "[[1 2] [3]] [] [[1]]",
    ],
    ["concatenates", "{{ concat (list 1) (until 2) }} {{ concat | toJson }}", "[1 0 1] null"],
    ["joins without nil", '{{ join "-" .list }} {{ join "-" "a" }}', "b-a-3-true a"],
    ["makes texts", "{{ toStrings (list 1 nil true) }} {{ toStrings 1 }}", "[1 true] [1]"],
    ["sorts by bytes", '{{ sortAlpha (list "b" 10 9 "é" "Z") }} {{ sortAlpha 1 }}', "[10 9 Z b é] [1]"],
    [
      "sorts texts where they are",
      '{{ $l := splitList "," "b,a" }}{{ $s := sortAlpha $l }}{{ $l }}',
      "[a b]",
    ],
  ])("%s", (_name, template, want) => {
    expect(renderSprig(template)).toBe(want);
  });

  const NIL = "runtime error: invalid memory address or nil pointer dereference";
  it.each([
    ["{{ first nil }}", NIL],
    ["{{ mustAppend nil 1 }}", NIL],
    ['{{ push "abc" 1 }}', "Cannot push on type string"],
    ["{{ rest (dict) }}", "Cannot find rest on type map"],
    ["{{ has 1 2 }}", "Cannot find has on type int"],
    ["{{ chunk 0 (list 1) }}", "runtime error: makeslice: len out of range"],
    ["{{ chunk -1 (list 1) }}", "runtime error: makeslice: len out of range"],
    ["{{ slice (list 1) 2 }}", "reflect.Value.Slice: slice index out of bounds"],
    ['{{ concat "x" }}', "Cannot concat type string as list"],
  ])("%s fails as in Go", (template, want) => {
    expect(sprigError(template)).toBe(want);
  });
});

describe("functions that count", () => {
  it.each([
    ["{{ until 3 }} {{ until -3 }}", "[0 1 2] [0 -1 -2]"],
    ["{{ untilStep 3 10 3 }} {{ untilStep 1 5 0 }} {{ untilStep 5 1 1 }}", "[3 6 9] [] []"],
    ["{{ seq 3 }}|{{ seq 0 2 5 }}|{{ seq 3 1 }}|{{ seq 0 -1 5 }}|{{ seq }}", "1 2 3|0 2 4|3 2 1||"],
  ])("%s is %s", (template, want) => {
    expect(renderSprig(template)).toBe(want);
  });

  it("stops before it makes too many numbers", () => {
    for (const template of [
      "{{ until 1000000000 }}",
      "{{ seq 1 1000000000 }}",
      "{{ untilStep 0 9223372036854775807 1 }}",
    ]) {
      expect(() => renderSprig(template)).toThrow(/more text than/);
    }
  });
});
