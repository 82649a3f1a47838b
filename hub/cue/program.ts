import { readOf } from './context-reads.ts';
import { lostNumber } from './lost-numbers.ts';

/** A template and its input; `subject` (`ComponentDefinition/webservice`) names it in errors. */
export interface CueProgram {
  readonly subject: string;
  readonly template: string;
  readonly parameter: unknown;
  readonly context: Readonly<Record<string, unknown>>;
  /**
   * What is asked for: what the template comes to (default), the same with the places of all values of its workload, or the JSON
   * Schema of its parameter.
   */
  readonly asks?: 'value' | 'places' | 'schema';
}

/** The text of a program, as the evaluator takes it. */
export type Source = string;

/** A place in a template. */
export interface TemplatePlace {
  readonly line: number;
  readonly column: number;
}

/** What a template says of a field or an item of its value, beside the value. */
export interface CueFact {
  readonly path: readonly (string | number)[];
  /** What `+patchKey=` and `+patchStrategy=` above the field say. */
  readonly patchKey?: string;
  readonly patchStrategy?: string;
  /** True for a default: another value may take its place. */
  readonly isDefault?: boolean;
  /** True for a list that may have more items. */
  readonly isOpen?: boolean;
  /** What a patch says of each further item of a list. */
  readonly rest?: unknown;
  /** Where a value of a patch stands. */
  readonly place?: TemplatePlace;
  /** Of such a value: the path of the property that it is, where it is one as it was given. */
  readonly property?: readonly (string | number)[];
}

/** What the evaluator says is wrong: at which path of the template, by which of its rules, and where in the template. */
export interface CueRefusal {
  readonly path: readonly string[];
  /** The pattern of the message. */
  readonly kind: string;
  readonly message: string;
  readonly places: readonly TemplatePlace[];
}

/** The worker's answer to a source: its value as JSON, or what is wrong; `ofParameter` = with the parameter itself. */
export type Evaluated =
  { readonly json: string } | { readonly faults: readonly CueRefusal[]; readonly ofParameter: boolean };

/** The worker's answer to a source, or why there is none (too slow, crashed, no time left). */
export type Answer = Evaluated | { readonly stopped: 'timeout' | 'crash' | 'budget' };

/** The text of a program: what it does not read of its context must not change it, because it is the memo's key. */
export function sourceOf(program: CueProgram): Source {
  const { template, parameter } = program;
  const filled = { template, context: usedContext(program), parameter: parameter ?? {} };
  const asks = program.asks ?? 'value';
  return JSON.stringify(asks === 'value' ? filled : { ...filled, [asks]: true });
}

/** The answer of the evaluator (shim/), of at most some characters. */
export function readAnswer(text: string, maxLength: number): Evaluated {
  if (!text.startsWith('{"value"')) return JSON.parse(text) as Evaluated;
  if (text.length > maxLength) return unusable([], `the result has more than ${maxLength} characters`);
  const lost = lostNumber(text);
  return lost === null ? { json: text } : unusable(lost.slice(1).map(String), 'a number that cannot be kept exactly');
}

function unusable(path: CueRefusal['path'], message: string): Evaluated {
  return { faults: [{ path, kind: '', message, places: [] }], ofParameter: false };
}

/** The text by which an answer is kept. */
export function keptText(answer: Evaluated): string {
  return 'json' in answer ? answer.json : JSON.stringify(answer);
}

/** The answer that was kept as a text; null without one. */
export function keptAnswer(text: string | null): Evaluated | null {
  return text === null ? null : readAnswer(text, Infinity);
}

// By template and member: a document may use one template thousands of times.
const asked = new Map<string, Map<string, boolean>>();

/** Templates whose answers are kept. */
const mostAsked = 256;

/** True when a template reads a member of its context (a template that copies `context` whole reads all). */
export function readsContext(template: string, member: string): boolean {
  const members = asked.get(template) ?? new Map<string, boolean>();
  const answer = members.get(member) ?? looksAtContext(template, member);
  if (asked.size >= mostAsked && !asked.has(template)) asked.clear();
  asked.set(template, members.set(member, answer));
  return answer;
}

/** True when a template names a member of its context. */
export function readsContextByName(template: string, member: string): boolean {
  return new RegExp(`\\bcontext\\s*(\\.\\s*"?${member}\\b|\\[\\s*"${member}")`).test(template);
}

function looksAtContext(template: string, member: string): boolean {
  return (
    readsContextByName(template, member) || /\bcontext\b(?!\s*(\.|\[\s*"|[?:]))/.test(template.replace(/\/\/.*$/gm, ''))
  );
}

function usedContext({ template, context }: CueProgram): Record<string, unknown> {
  const used = Object.entries(context).filter(([member]) => readsContext(template, member));
  return Object.fromEntries(used.map(([member, value]) => [member, readOf(template, member, value)]));
}
