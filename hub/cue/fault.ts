import { hidden, withoutValues } from './hidden-values.ts';
import { valueAt, type Path } from './paths.ts';
import type { CueProgram, CueRefusal, Evaluated, TemplatePlace } from './program.ts';

/** Why a template has no result; `parameter` is the path of the property that is wrong, when it is one. */
export interface CueFault {
  readonly code: 'RENDER_FAILED' | 'RENDER_TIMEOUT' | 'DOCUMENT_INVALID' | 'UNKNOWN_FIELD';
  readonly message: string;
  readonly parameter?: Path;
  readonly hint?: string;
  /** The type of a property that is missing, as CUE writes it. */
  readonly wanted?: string;
  /** Where in the template it is, where the template is wrong. */
  readonly place?: TemplatePlace;
}

/** The program that was evaluated, for a fault to be told in its words. */
type Told = Pick<CueProgram, 'template' | 'parameter'>;

interface Wrong {
  readonly refusal: CueRefusal;
  readonly path: Path;
  readonly name: string;
  readonly told: Told;
}

type Reading = (match: RegExpExecArray, wrong: Wrong) => Pick<CueFault, 'message'> & Partial<CueFault>;

/** Of the properties themselves, which have no name. */
const ofAll: readonly (readonly [RegExp, Reading])[] = [
  [
    /^incomplete value (.*)/s,
    ([, choices = '']) => ({ message: `the properties fit more than one choice: ${choices}`, wanted: choices }),
  ],
  [/^\d+ errors in empty disjunction/, () => ({ message: 'the properties have none of the values that are allowed' })],
];

const emptyChoice = '%d errors in empty disjunction:';

/** CUE's messages in the words of properties, by pattern and text; the first that fits wins. */
const readings: readonly (readonly [RegExp, Reading])[] = [
  [/^field not allowed/, (_m, { name }) => ({ code: 'UNKNOWN_FIELD', message: `unknown property "${name}"` })],
  [
    /^incomplete value (.*)/s,
    ([, wanted = ''], { name }) => ({ message: `property "${name}" is missing (${wanted})`, wanted }),
  ],
  [/^field is required but not present/, (_m, { name }) => ({ message: `property "${name}" is missing`, wanted: '' })],
  [/^conflicting values .* \(mismatched types (\S+) and (\S+)\)$/s, wrongType],
  [/^conflicting values (.*)/s, otherValue],
  [
    /^\d+ errors in empty disjunction/,
    (_m, { name }) => ({ message: `property "${name}" has none of the values that are allowed` }),
  ],
  [
    /^invalid value (.*)/s,
    ([, rule = ''], wrong) => ({
      message: `property "${wrong.name}" is invalid: ${withoutValues(rule, withoutGiven(wrong))}`,
    }),
  ],
  [
    /^(.*)$/s,
    ([text], wrong) => ({ message: `property "${wrong.name}": ${withoutValues(text, withoutGiven(wrong))}` }),
  ],
];

/**
 * Turns what the evaluator says into faults that name the properties, where it is about those (at least one); the first alone
 * where the template is wrong. Values that were given are not repeated.
 */
export function faultsOf(evaluated: Extract<Evaluated, { faults: unknown }>, told: Told): readonly CueFault[] {
  const { faults, ofParameter } = evaluated;
  if (!ofParameter) return faults.slice(0, 1).map((refusal) => templateFault(refusal, told));
  const choices = faults.filter(({ kind }) => kind === emptyChoice);
  const seen = new Set<string>();
  return faults.flatMap((refusal) => {
    // Where no choice fits, what is wrong with each of them is not told.
    if (choices.some((choice) => choice !== refusal && isAtOrBelow(refusal.path, choice.path))) return [];
    const fault = propertyFault(refusal, told);
    const key = JSON.stringify(fault.parameter);
    if (seen.has(key)) return [];
    seen.add(key);
    return [fault];
  });
}

function propertyFault(refusal: CueRefusal, told: Told): CueFault {
  const path = refusal.path.slice(1).map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  const wrong: Wrong = { refusal, path, name: path.join('.'), told };
  for (const [pattern, read] of path.length === 0 ? [...ofAll, ...readings] : readings) {
    const match = pattern.exec(refusal.message);
    if (match !== null) return { code: 'DOCUMENT_INVALID', ...read(match, wrong), parameter: path };
  }
  return { code: 'DOCUMENT_INVALID', message: `property "${wrong.name}" is wrong`, parameter: path };
}

/** CUE names both types in any order: the given one is that of the value. */
function wrongType([, one = '', other = '']: RegExpExecArray, { name, path, told }: Wrong): Pick<CueFault, 'message'> {
  const given = typeOf(valueAt(told.parameter, path));
  const [is, must] = given.includes(other) ? [other, one] : [one, other];
  return { message: `property "${name}" has the wrong type: ${must} is wanted, and it is ${is}` };
}

/** What it conflicts with is shown where the template says it. */
function otherValue([, both = '']: RegExpExecArray, wrong: Wrong): Pick<CueFault, 'message'> {
  const sides = withoutValues(both, withoutGiven(wrong)).split(' and ');
  const allowed = sides.filter((side) => !side.includes(hidden)).join(' and ');
  const suffix = allowed === '' ? '' : `: ${allowed} is`;
  return { message: `property "${wrong.name}" has a value that is not allowed${suffix}` };
}

/** The template without the value that was given, so that it is hidden even where the template has it, too. */
function withoutGiven({ path, told }: Wrong): string {
  const given = valueAt(told.parameter, path);
  if (typeof given !== 'string' && typeof given !== 'number') return told.template;
  return told.template.replaceAll(JSON.stringify(given), '');
}

/** The words of CUE for the type of a JSON value. */
function typeOf(value: unknown): readonly string[] {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['list'];
  if (typeof value === 'boolean') return ['bool'];
  if (typeof value === 'number') return ['int', 'float', 'number'];
  return typeof value === 'string' ? ['string'] : ['struct'];
}

/** Packages that only KubeVela's own engine has: they act on a cluster while they are evaluated. */
const livePackage = /^(?:builtin )?package "((?:vela|kube|k8s\.io)(?:\/[^"]*)?)"/;

const livePackageHint =
  'write the object as output or outputs; for an object of the cluster, k8s-objects; the hub renders without a cluster';

/** A parameter that need not be given, read where it was not. */
const optionalField = /^cannot reference optional field: (\S+)/;

function optionalHint(name: string): string {
  return `${name} was not given: write "if parameter.${name} != _|_" (or its full path) before what reads it, or give it a default`;
}

/** Patterns of messages that say nothing but names that the template has. */
const ofNames: ReadonlySet<string> = new Set(['reference %q not found', 'package %q not found']);

function templateFault({ path, kind, message, places: [place] }: CueRefusal, { template }: Told): CueFault {
  const where = path.length === 0 ? '' : ` at ${path.join('.')}`;
  const at = place === undefined ? '' : ` (line ${place.line}, column ${place.column})`;
  const [, live] = livePackage.exec(message) ?? [];
  if (live !== undefined) {
    const words = `the template is wrong${where}${at}: it imports ${live}, which acts on a cluster while it is evaluated`;
    return { code: 'RENDER_FAILED', message: words, hint: livePackageHint, ...(place !== undefined && { place }) };
  }
  const words = ofNames.has(kind) ? message : withoutValues(message, template);
  const said = `the template is wrong${where}${at}: ${words}`;
  const [, optional] = optionalField.exec(message) ?? [];
  const hint = optional === undefined ? {} : { hint: optionalHint(optional) };
  return { code: 'RENDER_FAILED', message: said, ...hint, ...(place !== undefined && { place }) };
}

function isAtOrBelow(path: readonly string[], base: readonly string[]): boolean {
  return base.every((step, index) => path[index] === step);
}
