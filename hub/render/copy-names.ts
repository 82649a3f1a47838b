import { digestOfValue } from '../../shared/lib/canonical.ts';
import type { Application, Component } from '../model/documents.ts';
import type { PinnedDefinition, RevisionHistory, RevisionRecord } from '../model/fleet.ts';
import { definitionKey } from '../definitions/catalog.ts';
import { everyComponent } from '../policies/uses.ts';
import type { Policy } from '../policies/policy.ts';
import { policies as builtinPolicies } from '../policies/types/list.ts';
import { componentSources, sourceOf } from '../sources/list.ts';
import type { ComponentSource } from '../sources/source.ts';

/** What of a revision says what its components are. */
export type Recorded = Pick<RevisionRecord, 'application' | 'definitions' | 'files' | 'copies'>;

/** The lists that content is read by. */
export interface CopyTypes {
  readonly policies: readonly Policy[];
  readonly sources: readonly ComponentSource[];
}

const builtinTypes: CopyTypes = { policies: builtinPolicies, sources: componentSources };

/** What the names of the copies of a new revision follow from. */
export interface CopyInput {
  /** All that were recorded before, oldest first. */
  readonly known: readonly Recorded[];
  /** The one that serves; undefined = none does. */
  readonly serving: Recorded | undefined;
  readonly next: Omit<Recorded, 'copies'>;
  /** True where steps lead to it: what carries traffic then gets a copy beside the one that serves. */
  readonly hasSteps: boolean;
}

/**
 * The names of the workloads of a revision, for those that are not called after their component: a copy keeps the name that it was born
 * with. The same content has the same name again; other content is a new copy where steps lead to it, else it takes the place of
 * what serves. Undefined where all have the names of their components.
 */
export function copyNames(input: CopyInput, types: CopyTypes): RevisionRecord['copies'] {
  const { known, serving, next, hasSteps } = input;
  // Most applications never have a copy.
  if (!hasSteps && known.every(({ copies }) => copies === undefined)) return undefined;
  const contents = contentsOf(next, types);
  const before = serving === undefined ? new Map<string, string>() : contentsOf(serving, types);
  const history = known.map((record) => ({ record, contents: contentsOf(record, types) }));
  const names = [...contents].flatMap(([component, content]): readonly (readonly [string, string])[] => {
    const nameIn = (record: Recorded | undefined): string => record?.copies?.[component] ?? component;
    const isNew =
      hasSteps && before.has(component) && before.get(component) !== content && mayCopy(next, component, types);
    const same = history.findLast((one) => one.contents.get(component) === content)?.record;
    const name = same === undefined ? nameIn(serving) : nameIn(same);
    // What was updated in place has taken the name of what was there before.
    const isTaken = isNew && (same === undefined || name === nameIn(serving));
    const own = isTaken ? `${component}-v${contentNumber(history, component, content)}` : name;
    return own === component ? [] : [[component, own]];
  });
  return names.length === 0 ? undefined : Object.fromEntries(names);
}

interface Past {
  readonly contents: ReadonlyMap<string, string>;
}

/** How many contents of a component there are up to this one: in the order in which each came first. */
function contentNumber(history: readonly Past[], component: string, content: string): number {
  const found = new Set(history.flatMap(({ contents }) => contents.get(component) ?? []));
  found.add(content);
  return [...found].indexOf(content) + 1;
}

/** Which content of a component a revision has: 1 for the first that there was; 0 where it has none. */
export function numberOfContent(
  known: readonly Recorded[],
  record: Recorded,
  component: string,
  types: CopyTypes,
): number {
  const content = contentsOf(record, types).get(component);
  if (content === undefined) return 0;
  return contentNumber(
    known.map((one) => ({ contents: contentsOf(one, types) })),
    component,
    content,
  );
}

/** True where a component of an application has, or had, a copy that is not called after it. */
export function hasCopies({ revisions }: Pick<RevisionHistory, 'revisions'>, app: string): boolean {
  return revisions.get(app)?.some(({ copies }) => copies !== undefined) ?? false;
}

/** The numbers of the contents of components: of the revision that serves, and of the one that comes; null where one has it not. */
export function contentNumbers(
  { revisions }: Pick<RevisionHistory, 'revisions'>,
  app: string,
  types: CopyTypes = builtinTypes,
): (serving: string, coming: string) => (component: string) => { serving: number; coming: number } | null {
  const known = revisions.get(app) ?? [];
  return (from, to) => {
    const [before, after] = [from, to].map((name) => known.find((record) => record.name === name));
    if (before === undefined || after === undefined) return () => null;
    return (component) => {
      const [serving, coming] = [before, after].map((record) => numberOfContent(known, record, component, types));
      return serving === undefined || coming === undefined || serving * coming === 0 ? null : { serving, coming };
    };
  };
}

const read = new WeakMap<Application, ReadonlyMap<string, string>>();

/** What each component is, as a digest: its document with all that policies make of it, its templates, its files. */
function contentsOf(record: Omit<Recorded, 'copies'>, types: CopyTypes): ReadonlyMap<string, string> {
  const before = read.get(record.application);
  if (before !== undefined) return before;
  const byName = Map.groupBy(everyComponent(record.application, types.policies), ({ name }) => name);
  const contents = new Map(
    [...byName].map(([name, forms]) => [name, digestOfValue(forms.map((one) => partsOf(record, one, types)))] as const),
  );
  read.set(record.application, contents);
  return contents;
}

function partsOf(
  { files, ...record }: Omit<Recorded, 'copies'>,
  component: Component,
  { sources }: CopyTypes,
): unknown {
  const paths = sourceOf(component.type, sources).filesOf(component, Object.keys(files));
  return [component, definitionsOf(record, component), paths.map((path) => [path, files[path] ?? ''])];
}

function definitionsOf(
  { definitions }: Pick<Recorded, 'definitions'>,
  { type, traits = [] }: Component,
): readonly PinnedDefinition[] {
  const keys = [
    definitionKey('ComponentDefinition', type),
    ...traits.map((trait) => definitionKey('TraitDefinition', trait.type)),
  ];
  return keys.flatMap((key) => definitions[key] ?? []);
}

/** True for a component that can run beside another copy, and that carries traffic or says that it rolls out. */
function mayCopy(record: Omit<Recorded, 'copies'>, name: string, { policies, sources }: CopyTypes): boolean {
  const forms = everyComponent(record.application, policies).filter((one) => one.name === name);
  return forms.some((component) => {
    const [own, ...traits] = definitionsOf(record, component);
    if (own === undefined || own.inPlace || sourceOf(component.type, sources).isVerbatim) return false;
    const rollsOut = traits.some(({ type }) => type === 'rollout' || type === 'canary-traffic');
    return rollsOut || [own, ...traits].some(leadsTraffic);
  });
}

const leading = /\bkind:\s*"(?:Service|Ingress|HTTPRoute|VirtualService)"/;

/** True for a definition that can make something that leads traffic to its pods. */
function leadsTraffic({ template }: PinnedDefinition): boolean {
  return leading.test(template);
}
