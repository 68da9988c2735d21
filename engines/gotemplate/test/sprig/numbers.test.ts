import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { addDecimals, decimalOf, decimalToNumber, divideDecimals } from "../../src/sprig/decimal.ts";
import { renderSprig, sprigError } from "./render-sprig.ts";

describe("numbers", () => {
  it.each([
    [
      '{{ int "0x1F" }} {{ int "010" }} {{ int "08" }} {{ int "1_000" }} {{ int "5.00" }} {{ int "5.9" }}',
      "31 8 0 1000 5 0",
    ],
    ["{{ int 5.9 }} {{ int -5.9 }} {{ int true }} {{ int nil }} {{ int (list) }}", "5 -5 1 0 0"],
    ['{{ int 1e30 }} {{ int64 "9223372036854775808" }}', "-9223372036854775808 0"],
    ['{{ atoi "010" }} {{ atoi "0x10" }} {{ atoi "99999999999999999999" }}', "10 0 9223372036854775807"],
    ['{{ float64 "1e3" }} {{ float64 "x" }} {{ float64 "1e400" }} {{ float64 "0x1p4" }}', "1000 0 0 16"],
    ['{{ toDecimal "0777" }} {{ toDecimal 777 }} {{ toDecimal "9" }}', "511 511 0"],
    ["{{ add 9223372036854775807 1 }} {{ add }} {{ add1 1 }}", "-9223372036854775808 0 2"],
    ['{{ sub "5" 2 }} {{ mul 2 3 4 }} {{ div -10 3 }} {{ mod -10 3 }}', "3 24 -3 -1"],
    ['{{ max 1 "9" 2.9 }} {{ biggest 1 2 }} {{ min 3 nil }}', "9 2 0"],
    ['{{ maxf 1 "2.5" }} {{ minf 1.5 nil }} {{ maxf "nan" "inf" }} {{ minf "nan" 1 }}', "2.5 0 +Inf NaN"],
    ["{{ ceil 1.2 }} {{ floor -1.2 }} {{ round 123.555555 3 }} {{ round -2.5 0 }}", "2 -2 123.556 -3"],
    ["{{ round 1234.5678 -2 }} {{ round 2.4 0 0.3 }} {{ round 1 400 }}", "1200 3 NaN"],
    ["{{ addf 0.1 0.2 }} {{ add1f 0.5 }} {{ subf 1 0.9 }} {{ mulf 1.1 1.1 }}", "0.3 1.5 0.1 1.21"],
    [
      "{{ divf 1 3 }} {{ divf 2 3 }} {{ divf -2 3 }} {{ divf 1 1e20 }}",
      "0.3333333333333333 0.6666666666666667 -0.6666666666666667 0",
    ],
  ])("%s is %s", (template, want) => {
    expect(renderSprig(template)).toBe(want);
  });

  it.each([
    ["{{ div 1 0 }}", "runtime error: integer divide by zero"],
    ["{{ mod 1 nil }}", "runtime error: integer divide by zero"],
    ["{{ divf 1 0 }}", "decimal division by 0"],
    ['{{ addf 1 "inf" }}', "Cannot create a Decimal from +Inf"],
    ['{{ divf 1 0 "nan" }}', "decimal division by 0"],
  ])("%s fails as in Go", (template, want) => {
    expect(sprigError(template)).toBe(want);
  });
});

describe("decimals", () => {
  const numbers = fc.double({ noNaN: true, noDefaultInfinity: true });

  it("name the number that they are made of", () => {
    fc.configureGlobal({ seed: 1 });
    fc.assert(
      fc.property(numbers, (number) => decimalToNumber(decimalOf(number)) === number || number === 0),
    );
  });

  it("are themselves when divided by one, to sixteen digits", () => {
    fc.configureGlobal({ seed: 1 });
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 9), max: 10 ** 9 }), (number) => {
        const decimal = decimalOf(number / 1000);
        return decimalToNumber(divideDecimals(decimal, decimalOf(1))) === number / 1000;
      }),
    );
  });

  it("add exactly", () => {
    expect(decimalToNumber(addDecimals(decimalOf(0.1), decimalOf(0.2)))).toBe(0.3);
  });
});
