import {
  type GoArgument,
  GoCallError,
  type GoFunction,
  type GoType,
  type GoValue,
  quoteGo,
} from "@weir/text";

import type { TemplateNode } from "../parse/node.ts";
import type { TemplateEntry, TemplateFunction } from "../template-function.ts";
import type { TemplateRun } from "../template-run.ts";
import type { TemplateSet } from "../template-set.ts";
import type { Label } from "./assembler.ts";
import { ArgumentProblem, convertArgument } from "./convert-argument.ts";
import { ANY } from "./go-type.ts";
import type { MissingKey } from "./missing-key.ts";
import { NO_VALUE } from "./no-value.ts";
import { Output } from "./output.ts";
import type { Program, Step } from "./program.ts";
import { placeOf } from "./source-place.ts";
import {
  isFunctionError,
  TemplateBudgetError,
  TemplateExecError,
  type TemplateFunctionError,
} from "./template-error.ts";

/** How many templates may call one another by `template`: Go's own limit. */
const MAX_TEMPLATE_DEPTH = 100_000;

/** A variable. One that is declared as `interface {}`, as those of `range` are, keeps nil as it is. */
export interface Variable {
  readonly name: string;
  value: GoValue;
  isAny: boolean;
}

/** A call whose arguments are being evaluated. */
export interface PendingCall {
  readonly declared: GoFunction;
  readonly name: string;
  /** The built-in `and` or `or`: the truth of an argument that decides. */
  readonly decides: boolean | undefined;
  /** What errors of the function name. */
  readonly node: TemplateNode;
  readonly args: GoArgument[];
  /** What the pipeline hands over; nothing at its start. */
  readonly final: GoValue | undefined;
  readonly outer: PendingCall | undefined;
}

/** What a control structure puts back at its end: the dot, and the number of variables. */
export interface Scope {
  readonly dot: GoValue;
  readonly isDotAny: boolean;
  readonly variables: number;
  readonly loop: Loop | undefined;
  readonly outer: Scope | undefined;
}

/** A `range` that is under way. */
export interface Loop {
  readonly length: number;
  readonly keyAt: (index: number) => GoValue;
  readonly valueAt: (index: number) => GoValue;
  readonly isValueAny: boolean;
  /** How many variables there are where an iteration starts. */
  readonly variables: number;
  /** Where the next iteration starts, and where the loop ends. */
  readonly next: Label;
  readonly end: Label;
  /** Counts the iterations. */
  index: number;
}

/** What goes on when a template that was called has ended. */
interface Frame {
  readonly program: Program;
  readonly pc: number;
  readonly dot: GoValue;
  readonly isDotAny: boolean;
  readonly base: number;
  readonly node: TemplateNode | undefined;
  readonly depth: number;
  readonly scope: Scope | undefined;
  readonly call: PendingCall | undefined;
  readonly entered: Entered | undefined;
  readonly outer: Frame | undefined;
}

/** What a function that executes a template put aside. */
interface Entered {
  readonly entry: TemplateEntry;
  readonly name: string;
  readonly node: TemplateNode;
  readonly output: Output;
  readonly set: TemplateSet;
  readonly functions: ReadonlyMap<string, GoFunction>;
  readonly missingKey: MissingKey;
}

/** What an execution needs besides its template and data. */
export interface MachineOptions {
  readonly set: TemplateSet;
  readonly functions: ReadonlyMap<string, GoFunction>;
  readonly missingKey: MissingKey;
  readonly run: TemplateRun;
  readonly rootName: string;
}

/**
 * Runs the steps of templates. Its fields are what the steps work on.
 *
 * Templates that call templates, and functions that execute them, do not nest on the process's stack: each that waits
 * has a frame here.
 */
export class Machine {
  /** The value of the expression that was evaluated last. */
  value: GoValue = NO_VALUE;
  dot: GoValue;
  isDotAny = false;
  /** The node that errors name: the one marked last. */
  node: TemplateNode | undefined = undefined;
  pc = 0;
  call: PendingCall | undefined = undefined;
  scope: Scope | undefined = undefined;
  functions: ReadonlyMap<string, GoFunction>;
  missingKey: MissingKey;
  readonly run: TemplateRun;
  readonly variables: Variable[];
  #program: Program;
  #steps: readonly Step[];
  #set: TemplateSet;
  #output = new Output();
  #base = 0;
  #depth = 0;
  #frame: Frame | undefined = undefined;
  readonly #rootName: string;

  constructor(program: Program, data: GoValue, options: MachineOptions) {
    this.#program = program;
    this.#steps = program.steps;
    this.#set = options.set;
    this.functions = options.functions;
    this.missingKey = options.missingKey;
    this.run = options.run;
    this.#rootName = options.rootName;
    this.dot = data === null ? NO_VALUE : data;
    this.variables = [{ name: "$", value: this.dot, isAny: false }];
  }

  /** Runs to the end of the first template, and gives its output. */
  execute(): string {
    try {
      this.run.chargeSteps(this.#steps.length);
      for (;;) {
        const step = this.#steps[this.pc];
        if (step !== undefined) {
          this.pc += 1;
          step(this);
        } else if (!this.#return()) return this.#output.text();
      }
    } catch (error) {
      throw this.#unwound(error);
    }
  }

  write(text: string): void {
    this.run.charge(text.length);
    this.#output.write(text);
  }

  variable(name: string): Variable {
    for (let index = this.variables.length - 1; index >= this.#base; index -= 1) {
      const variable = this.variables[index];
      if (variable !== undefined && variable.name === name) return variable;
    }
    throw this.error(`undefined variable: ${name}`);
  }

  declare(name: string, value: GoValue): void {
    this.variables.push({ name, value, isAny: false });
  }

  /** An error at the node that was marked last. */
  error(problem: string, cause?: TemplateFunctionError): TemplateExecError {
    const { definition } = this.#program;
    const details = { problem, partial: this.#output.text(), ...(cause === undefined ? {} : { cause }) };
    const place = placeOf(definition, this.node ?? definition.root);
    const { sourceName, line, column, templateName, node } = place;
    const where = `template: ${sourceName}:${line}:${column}: executing ${quoteGo(templateName)} at <${node}>`;
    return new TemplateExecError(`${where}: ${problem}`, place, details);
  }

  /** The error of a function that failed; what is no function's own error is given back as it is. */
  callError(error: unknown, name: string, node: TemplateNode): unknown {
    if (!isFunctionError(error)) return error;
    this.node = node;
    return this.error(`error calling ${name}: ${error.message}`, error);
  }

  /** Starts a call; its arguments follow. `argCount` is without what the pipeline hands over. */
  startCall(call: Omit<PendingCall, "outer" | "args">, argCount: number): void {
    const { params, variadic } = call.declared;
    const given = argCount + (call.final === undefined ? 0 : 1);
    if (variadic === undefined && given !== params.length) {
      throw this.error(`wrong number of args for ${call.name}: want ${params.length} got ${given}`);
    }
    if (given < params.length) {
      throw this.error(
        `wrong number of args for ${call.name}: want at least ${params.length} got ${argCount}`,
      );
    }
    const { declared, name, decides, node, final } = call;
    if (declared.problem !== undefined) throw this.error(declared.problem);
    this.call = { declared, name, decides, node, final, args: [], outer: this.call };
  }

  /** Adds an argument to a call. */
  pass(call: PendingCall, value: GoValue): void {
    const argument = convertArgument(value, parameterOf(call.declared, call.args.length));
    if (argument instanceof ArgumentProblem) throw this.error(argument.text);
    call.args.push(argument);
  }

  /** Calls the function whose arguments are complete. */
  finishCall(call: PendingCall): void {
    this.call = call.outer;
    if (call.final !== undefined) this.pass(call, call.final);
    const { declared, name, node } = call;
    try {
      if ("enter" in declared) {
        const { enter } = declared as TemplateFunction;
        this.#enterEntry(enter(call.args, this.run), call);
      } else this.value = declared.call(call.args, this.run);
    } catch (error) {
      throw this.callError(error, name, node);
    }
  }

  /** Calls a method without arguments. */
  callMethod(declared: GoFunction, name: string, node: TemplateNode): GoValue {
    if (declared.params.length > 0) {
      const want = declared.variadic === undefined ? "want" : "want at least";
      throw this.error(`wrong number of args for ${name}: ${want} ${declared.params.length} got 0`);
    }
    if (declared.problem !== undefined) throw this.error(declared.problem);
    try {
      return declared.call([], this.run);
    } catch (error) {
      throw this.callError(error, name, node);
    }
  }

  /** Checks that the action at hand may call a template. */
  checkTemplate(name: string): void {
    if (!this.#set.has(name)) throw this.error(`template ${quoteGo(name)} not defined`);
    if (this.#depth === MAX_TEMPLATE_DEPTH) {
      throw this.error(`exceeded maximum template depth (${MAX_TEMPLATE_DEPTH})`);
    }
  }

  /** Goes on in a template that was checked. */
  enterTemplate(name: string, dot: GoValue): void {
    const template = this.#set.find(name);
    if (template !== undefined) this.#enter(template.program, dot);
  }

  /** Goes on in another template; its variables are its own. */
  #enter(program: Program, dot: GoValue, entered?: Entered): void {
    this.#frame = {
      program: this.#program,
      pc: this.pc,
      dot: this.dot,
      isDotAny: this.isDotAny,
      base: this.#base,
      node: this.node,
      depth: this.#depth,
      scope: this.scope,
      call: this.call,
      entered,
      outer: this.#frame,
    };
    this.run.chargeSteps(program.steps.length + 1);
    this.#program = program;
    this.#steps = program.steps;
    this.pc = 0;
    this.dot = dot;
    this.isDotAny = false;
    this.#base = this.variables.length;
    this.#depth = entered === undefined ? this.#depth + 1 : 0;
    this.scope = undefined;
    this.call = undefined;
    this.variables.push({ name: "$", value: dot, isAny: false });
  }

  #enterEntry(entry: TemplateEntry, call: PendingCall): void {
    const template = entry.set.find(entry.name);
    if (template === undefined) {
      const missing = missingTemplate(entry.name, this.#rootName);
      throw entry.fail === undefined ? missing : entry.fail(missing);
    }
    const { functions, missingKey } = this;
    const { name, node } = call;
    const dot = entry.data === null ? NO_VALUE : entry.data;
    const output = this.#output;
    this.#enter(template.program, dot, { entry, name, node, output, functions, missingKey, set: this.#set });
    this.#output = new Output();
    this.#set = entry.set;
    this.functions = entry.functions ?? functions;
    this.missingKey = entry.missingKey ?? missingKey;
  }

  /** Goes back to where the template that ended was called from; false at the end of the first. */
  #return(): boolean {
    const frame = this.#frame;
    if (frame === undefined) return false;
    const output = this.#output;
    this.#restore(frame);
    if (frame.entered === undefined) return true;
    const { entry, name, node } = frame.entered;
    try {
      this.value = entry.leave(output.text());
    } catch (error) {
      throw this.callError(error, name, node);
    }
    return true;
  }

  #restore(frame: Frame): void {
    this.variables.length = this.#base;
    this.#program = frame.program;
    this.#steps = frame.program.steps;
    this.pc = frame.pc;
    this.dot = frame.dot;
    this.isDotAny = frame.isDotAny;
    this.#base = frame.base;
    this.node = frame.node;
    this.#depth = frame.depth;
    this.scope = frame.scope;
    this.call = frame.call;
    this.#frame = frame.outer;
    const { entered } = frame;
    if (entered === undefined) return;
    this.#output = entered.output;
    this.#set = entered.set;
    this.functions = entered.functions;
    this.missingKey = entered.missingKey;
  }

  /** What an error becomes on its way out through the functions that execute templates. */
  #unwound(error: unknown): unknown {
    if (error instanceof RangeError && /call stack/.test(error.message))
      return new TemplateBudgetError("depth");
    let current = error;
    for (let frame = this.#frame; frame !== undefined; frame = this.#frame) {
      if (!isFunctionError(current)) return current;
      this.#restore(frame);
      if (frame.entered === undefined) continue;
      const { entry, name, node } = frame.entered;
      current = this.callError(entry.fail?.(current) ?? current, name, node);
    }
    return current;
  }
}

/** The type of a function's parameter. */
export function parameterOf(declared: GoFunction, index: number): GoType {
  return declared.params[index] ?? declared.variadic ?? ANY;
}

/** What Go says where a function executes a template that there is not. */
export function missingTemplate(name: string, rootName: string): GoCallError {
  return new GoCallError(
    `template: no template ${quoteGo(name)} associated with template ${quoteGo(rootName)}`,
  );
}
