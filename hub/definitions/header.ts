import { SluiceError } from '../../shared/errors.ts';

/** The settings in the header of a built-in definition, and the CUE text without them. */
export interface DefinitionText {
  readonly kind: 'component' | 'trait' | 'shared';
  /** The first paragraph of the header: its purpose. */
  readonly description: string;
  /** The resource that a component runs as, in the words of `appliesToWorkloads`; null where no single one does. */
  readonly workload: string | null;
  readonly isInPlace: boolean;
  /** False where a user's definition of the same name does not count. */
  readonly isReplaceable: boolean;
  readonly appliesTo: readonly string[];
  readonly aliases: readonly string[];
  /** Names of the shared texts that belong to the template, in order. */
  readonly includes: readonly string[];
  readonly template: string;
}

const kinds: Readonly<Record<string, DefinitionText['kind']>> = {
  component: 'component',
  trait: 'trait',
  shared: 'shared',
};

/** The settings that a header may have, and the values of those that are a choice; null = text. */
const settings: Readonly<Record<string, readonly string[] | null>> = {
  kind: Object.keys(kinds),
  workload: null,
  updates: ['in-place'],
  replaceable: ['no'],
  'applies-to': null,
  aliases: null,
  includes: null,
};

/**
 * Reads the text of a built-in definition. Its header is the comment at the top: a paragraph with its purpose,
 * an empty comment line, then one setting a line (`// workload: deployments.apps`; lists with commas). `kind` is
 * required. Throws INTERNAL, with the name, for a header that says anything else.
 */
export function readDefinition(name: string, text: string): DefinitionText {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  const middle = lines.indexOf('//');
  if (middle < 0 || middle > end) throw faulty(name, 'has no settings in its header');
  const found = new Map(lines.slice(middle + 1, end).map((line) => settingOf(name, line)));
  const kind = kinds[found.get('kind') ?? ''];
  if (kind === undefined) throw faulty(name, 'says no kind');
  const description = lines.slice(0, middle).map((line) => line.replace(/^\/\/ ?/, ''));
  return {
    kind,
    description: description.join(' '),
    workload: found.get('workload') ?? null,
    isInPlace: found.has('updates'),
    isReplaceable: !found.has('replaceable'),
    appliesTo: listOf(found.get('applies-to')),
    aliases: listOf(found.get('aliases')),
    includes: listOf(found.get('includes')),
    template: [...lines.slice(0, middle), ...lines.slice(end)].join('\n'),
  };
}

function settingOf(name: string, line: string): readonly [key: string, value: string] {
  const [, key = '', value = ''] = /^\/\/ ([a-z-]+): (\S.*)$/.exec(line) ?? [];
  const choices = settings[key];
  const isKnown = Object.hasOwn(settings, key) && choices !== undefined;
  if (!isKnown || (choices !== null && !choices.includes(value))) throw faulty(name, `has the setting "${line}"`);
  return [key, value];
}

function listOf(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split(',').map((item) => item.trim());
}

function faulty(name: string, what: string): SluiceError {
  return new SluiceError('INTERNAL', `the built-in definition ${name} ${what}`);
}
