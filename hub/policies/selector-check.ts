import { similar } from '../model/similar.ts';
import type { PolicyCheck } from './policy.ts';
import type { ObjectSelector } from './selector.ts';

/** A rule of a policy as it selects objects. */
interface Selecting {
  readonly selector?: ObjectSelector | undefined;
}

const oamTypes = ['WORKLOAD', 'TRAIT'] as const;

/**
 * Warns of rules that select nothing: a typing error, or what is left of a component that has gone. Of rules that say what becomes of
 * what is taken out (`isOfGone`) only the typing error is told: they are written for components that are not there any more.
 */
export function checkSelectors(
  rules: readonly Selecting[],
  { selectable, path: base, reporter }: Pick<PolicyCheck, 'selectable' | 'path' | 'reporter'>,
  isOfGone = false,
): void {
  if (selectable === undefined) return;
  const path = [...base, 'rules'];
  const { components, policies } = selectable;
  const traits = components.flatMap(({ traits: own = [] }) => own.map(({ type }) => type));
  const known = {
    componentNames: ['component', [...components.map(({ name }) => name), ...policies]],
    componentTypes: ['component of type', components.map(({ type }) => type)],
    traitTypes: ['trait of type', traits],
    oamTypes: ['type of OAM', oamTypes],
  } as const;
  for (const [index, { selector = {} }] of rules.entries()) {
    const at = [...path, index];
    if (Object.values(selector).every((names = []) => names.length === 0)) {
      const hint = 'name components, types of objects (resourceTypes) or objects';
      reporter.warn('REFERENCE_NOT_FOUND', at, 'the rule selects nothing', hint);
    }
    for (const member of ['componentNames', 'componentTypes', 'traitTypes', 'oamTypes'] as const) {
      const [what, there] = known[member];
      warnUnknown(selector[member] ?? [], { what, there, path: [...at, 'selector', member], reporter, isOfGone });
    }
  }
}

interface Names extends Pick<PolicyCheck, 'path' | 'reporter'> {
  readonly what: string;
  readonly there: readonly string[];
  readonly isOfGone: boolean;
}

function warnUnknown(names: readonly string[], { what, there, path, reporter, isOfGone }: Names): void {
  for (const [place, name] of names.entries()) {
    if (there.includes(name) || (isOfGone && similar(name, there) === undefined)) continue;
    const message = `the rule selects nothing by it: there is no ${what} ${name}`;
    reporter.warn('REFERENCE_NOT_FOUND', [...path, place], message, hintFor(name, there));
  }
}

function hintFor(name: string, there: readonly string[]): string {
  const names = [...new Set(there)];
  const meant = similar(name, names);
  if (meant !== undefined) return `did you mean ${meant}?`;
  return names.length === 0 ? 'there are none' : `there are: ${names.join(', ')}`;
}
