import { isMap } from '../model/json-map.ts';
import { similar } from '../model/similar.ts';
import type { CueEvaluator } from './engine.ts';
import type { CueFault } from './fault.ts';
import { valueAt, withValue, type Path } from './paths.ts';
import type { CueProgram } from './program.ts';

/** A program that can be looked at again. */
export interface Look {
  readonly cue: CueEvaluator;
  readonly program: CueProgram;
  readonly signal: AbortSignal;
}

/** Names that people bring along from Kubernetes and from charts. */
const habits: Readonly<Record<string, string>> = {
  command: 'cmd',
  cpuPercent: 'cpuUtil',
  envs: 'env',
  host: 'domain',
  hostname: 'domain',
  replicaCount: 'replicas',
  environment: 'env',
  pullPolicy: 'imagePullPolicy',
};

/** A fault of a property that the template does not know, with the one that is meant, where the template takes that one. */
export async function withSuggestion(fault: CueFault, look: Look): Promise<CueFault> {
  const { code, parameter: path = [] } = fault;
  const word = path.at(-1);
  if (code !== 'UNKNOWN_FIELD' || typeof word !== 'string') return fault;
  const { parameter, template } = look.program;
  const meant = habits[word] ?? similar(word, propertyNames(template));
  const renamed = meant === undefined ? null : renamedAt(parameter, path, meant);
  if (meant === undefined || renamed === null) return fault;
  const found = await faultsWith(look, renamed);
  const isTaken = !found.some((one) => isRefused(one, [...path.slice(0, -1), meant]));
  return isTaken ? { ...fault, hint: `did you mean ${meant}?` } : fault;
}

/** What is wrong with a program that has another parameter. */
export async function faultsWith({ cue, program, signal }: Look, parameter: unknown): Promise<readonly CueFault[]> {
  const [outcome] = await cue.evaluate([{ ...program, parameter }], signal);
  return outcome === undefined || outcome.ok ? [] : outcome.faults;
}

// A property of that name may be there and want another value; a choice that fits nothing is told of what holds it.
function isRefused({ code, message, parameter = [] }: CueFault, path: Path): boolean {
  if (!parameter.every((step, index) => step === path[index])) return false;
  return code === 'UNKNOWN_FIELD' || (message.includes('none of the values') && parameter.length < path.length);
}

/** The names of all members in a template, from its parameter on. */
function propertyNames(template: string): ReadonlySet<string> {
  const text = template.slice(Math.max(0, template.search(/(^|[\s{])parameter\??\s*:/)));
  return new Set([...text.matchAll(/([A-Za-z_]\w*)"?\??\s*:/g)].map(([, name = '']) => name));
}

/** The parameter with another name for the property at a path; null where that name is there already. */
function renamedAt(parameter: unknown, path: Path, name: string): unknown {
  const base = path.slice(0, -1);
  const parent = valueAt(parameter, base);
  if (!isMap(parent) || name in parent) return null;
  const entries = Object.entries(parent).map(([key, value]) => [key === path.at(-1) ? name : key, value] as const);
  return withValue(parameter, base, Object.fromEntries(entries));
}
