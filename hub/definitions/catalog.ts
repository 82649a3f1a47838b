import { readdirSync, readFileSync } from 'node:fs';
import { SluiceError } from '../../shared/errors.ts';
import { annotation } from '../../shared/model/names.ts';
import { by } from '../../shared/lib/order.ts';
import { docKey, namespaceOf, type Definition } from '../model/documents.ts';
import type { PinnedDefinition } from '../model/fleet.ts';
import { attributesOf, noAttributes, templateOf, workloadAttributesOf, type Attributes } from './attributes.ts';
import { readDefinition, type DefinitionText } from './header.ts';
import { meantName, namesOf, typeOf } from './versions.ts';
import { workloadOf } from './workload.ts';

/** The kinds of definitions that components and traits are looked up by. */
export type DefinitionKind = PinnedDefinition['kind'];

/** A definition that Sluice brings along. */
export interface BuiltinDefinition extends PinnedDefinition {
  /** Its purpose in one sentence. */
  readonly description: string;
  /** The template with what it says of itself. */
  readonly source: string;
  /** The resource that a component runs as (`deployments.apps`); null where it is not a single one. */
  readonly workload: string | null;
  /** False where a user's definition of the same type does not count. */
  readonly isReplaceable: boolean;
}

/** The definition that an application uses, and the resource that its component runs as (null where that is not known). */
export interface FoundDefinition {
  readonly pinned: PinnedDefinition;
  readonly workload: string | null;
  readonly attributes: Attributes;
}

/** All definitions that applications may name: the built-in ones, and those of the config repository. */
export interface Catalog {
  /** The types of a kind, sorted. */
  readonly types: (kind: DefinitionKind) => readonly string[];
  /** The definition that a namespace uses: its own, else the first user's by namespace, else the built-in one; null where there is none. */
  readonly find: (kind: DefinitionKind, type: string, namespace: string) => FoundDefinition | null;
}

/** The key under which a revision pins a definition. */
export function definitionKey(kind: DefinitionKind, type: string): string {
  return `${kind}/${type}`;
}

/** Where the texts of built-in types are. */
const home = new URL('./', import.meta.url);

/** What built-in types say of how well they are: `status/TYPE.MEMBER.cue`. */
const builtinStatus = readStatus();

/** The definitions that Sluice brings along: one for each `.cue` file of this folder and each of its aliases, by name. */
export const builtinDefinitions: readonly BuiltinDefinition[] = fromTexts(readTexts());

/** The catalogue of the definitions of a config repository on top of the built-in ones. */
export function createCatalog(
  definitions: readonly Definition[],
  builtins: readonly BuiltinDefinition[] = builtinDefinitions,
): Catalog {
  const builtin = new Map(builtins.map((one) => [definitionKey(one.kind, one.type), one]));
  const own = ownByName(definitions);
  const first = (kind: DefinitionKind, name: string, namespace: string): Definition | undefined =>
    (own[kind].get(name) ?? []).toSorted(by((doc) => rankIn(namespace, doc)))[0];
  const namesOfKind = (kind: DefinitionKind): Set<string> =>
    new Set([...builtins.filter((one) => one.kind === kind).map(({ type }) => type), ...own[kind].keys()]);
  return {
    types: (kind) => [...namesOfKind(kind)].sort(),
    find: (kind, type, namespace) => {
      const ours = builtin.get(definitionKey(kind, type));
      const name = meantName(type, own[kind]);
      const theirs = ours?.isReplaceable === false || name === null ? undefined : first(kind, name, namespace);
      // A WorkloadDefinition counts where nothing else is of its name, as in KubeVela.
      if (theirs !== undefined && (theirs.kind !== 'WorkloadDefinition' || ours === undefined)) {
        return { pinned: pinnedUser(kind, theirs), workload: workloadOf(theirs), attributes: attributesOf(theirs) };
      }
      return ours === undefined
        ? null
        : { pinned: pinnedBuiltin(ours), workload: ours.workload, attributes: noAttributes };
    },
  };
}

/** The definitions of the repository by the names that applications find them by. */
function ownByName(
  definitions: readonly Definition[],
): Readonly<Record<DefinitionKind, ReadonlyMap<string, readonly Definition[]>>> {
  const named = (kind: Definition['kind']): Map<string, Definition[]> => {
    const found = definitions.filter((doc) => doc.kind === kind);
    const pairs = found.flatMap((doc) => namesOf(doc).map((name) => [name, doc] as const));
    return new Map(
      [...Map.groupBy(pairs, ([name]) => name)].map(([name, group]) => [name, group.map(([, doc]) => doc)]),
    );
  };
  const workloads = [...named('WorkloadDefinition')].map(
    ([name, docs]) => [name, docs.filter((doc) => templateOf(doc) !== '')] as const,
  );
  return {
    ComponentDefinition: new Map([...workloads.filter(([, docs]) => docs.length > 0), ...named('ComponentDefinition')]),
    TraitDefinition: named('TraitDefinition'),
    PolicyDefinition: named('PolicyDefinition'),
  };
}

/** The built-in definitions that texts by name make; shared texts are included in those that name them. */
export function fromTexts(texts: ReadonlyMap<string, string>): readonly BuiltinDefinition[] {
  const read = new Map([...texts].map(([name, text]) => [name, readDefinition(name, text)]));
  return [...read].flatMap(([name, text]) =>
    text.kind === 'shared' ? [] : [name, ...text.aliases].map((type) => builtinOf(type, text, read)),
  );
}

function builtinOf(type: string, text: DefinitionText, all: ReadonlyMap<string, DefinitionText>): BuiltinDefinition {
  const parts = [text, ...text.includes.map((name) => sharedText(type, name, all))];
  const source = parts.map(({ template }) => template).join('\n');
  return {
    kind: text.kind === 'component' ? 'ComponentDefinition' : 'TraitDefinition',
    type,
    template: withoutWords(source),
    source,
    inPlace: text.isInPlace,
    appliesToWorkloads: text.appliesTo,
    description: text.description,
    workload: text.workload,
    isReplaceable: text.isReplaceable,
    ...statusOf(builtinStatus.get(type)),
  };
}

// Every revision that uses a template has its own copy of it: what is for people stays out, and another word is not another template.
function withoutWords(source: string): string {
  return source
    .split('\n')
    .filter((line) => !/^\s*(?:\/\/(?! \+)|$)/.test(line))
    .join('\n');
}

function sharedText(type: string, name: string, all: ReadonlyMap<string, DefinitionText>): DefinitionText {
  const found = all.get(name);
  if (found?.kind === 'shared') return found;
  throw new SluiceError('INTERNAL', `the built-in definition ${type} includes ${name}, which is not a shared text`);
}

function readTexts(): ReadonlyMap<string, string> {
  const names = readdirSync(home)
    .filter((name) => name.endsWith('.cue'))
    .sort();
  return new Map(names.map((name) => [name.slice(0, -'.cue'.length), readFileSync(new URL(name, home), 'utf8')]));
}

function readStatus(): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const folder = new URL('status/', home);
  const texts = new Map<string, Record<string, string>>();
  for (const name of readdirSync(folder).sort()) {
    const [type = '', member = ''] = name.split('.');
    const text = withoutWords(readFileSync(new URL(name, folder), 'utf8'));
    texts.set(type, { ...texts.get(type), [member]: text });
  }
  return texts;
}

/** The texts of a `status`; what is not text, or empty, says nothing. */
function statusOf(status: unknown): Pick<PinnedDefinition, 'status'> {
  if (typeof status !== 'object' || status === null) return {};
  const members = ['healthPolicy', 'customStatus', 'details'] as const;
  const texts = members.flatMap((member) => {
    const text = Object.hasOwn(status, member) ? (status as Readonly<Record<string, unknown>>)[member] : undefined;
    return typeof text === 'string' && text.trim() !== '' ? [[member, text] as const] : [];
  });
  return texts.length === 0 ? {} : { status: Object.fromEntries(texts) };
}

function rankIn(namespace: string, doc: Definition): string {
  return `${namespaceOf(doc) === namespace ? 0 : 1} ${docKey(doc)}`;
}

// Only the members that a revision records: its record is compared and stored as a whole.
function pinnedBuiltin(definition: BuiltinDefinition): PinnedDefinition {
  const { kind, type, template, inPlace, appliesToWorkloads, status } = definition;
  return {
    kind,
    type,
    template,
    inPlace,
    appliesToWorkloads,
    ...(status !== undefined && { status }),
    patches: 'unified',
  };
}

function pinnedUser(kind: DefinitionKind, definition: Definition): PinnedDefinition {
  const { metadata, spec } = definition;
  return {
    kind,
    type: typeOf(definition),
    template: templateOf(definition),
    inPlace: metadata.annotations?.[annotation.inPlace] === 'true',
    appliesToWorkloads: spec.appliesToWorkloads ?? [],
    ...stageOf(spec['stage']),
    ...workloadAttributesOf(definition),
    ...statusOf(spec['status']),
    patches: 'unified',
  };
}

/** The attribute `stage` in the words of the wire; anything else is the default, and validate says so. */
function stageOf(stage: unknown): Pick<PinnedDefinition, 'stage'> {
  const word = typeof stage === 'string' && Object.hasOwn(stages, stage) ? stages[stage] : undefined;
  return word === undefined ? {} : { stage: word };
}

const stages: Readonly<Record<string, PinnedDefinition['stage']>> = { PreDispatch: 'pre', PostDispatch: 'post' };
