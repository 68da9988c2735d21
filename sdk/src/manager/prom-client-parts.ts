// The parts of prom-client by their files, because the whole of it (cluster, push gateway, process metrics) takes 11 MB
// more in every controller. Their types are those of the whole.
import type * as whole from "prom-client";
// @ts-expect-error -- the package declares its entry point alone
import CounterPart from "prom-client/lib/counter.js";
// @ts-expect-error -- the package declares its entry point alone
import GaugePart from "prom-client/lib/gauge.js";
// @ts-expect-error -- the package declares its entry point alone
import HistogramPart from "prom-client/lib/histogram.js";
// @ts-expect-error -- the package declares its entry point alone
import RegistryPart from "prom-client/lib/registry.js";

export const Counter = CounterPart as typeof whole.Counter;
export const Gauge = GaugePart as typeof whole.Gauge;
export const Histogram = HistogramPart as typeof whole.Histogram;
export const Registry = RegistryPart as typeof whole.Registry;
export type Counter<Label extends string = string> = whole.Counter<Label>;
export type Gauge<Label extends string = string> = whole.Gauge<Label>;
export type Histogram<Label extends string = string> = whole.Histogram<Label>;
export type Registry = whole.Registry;
