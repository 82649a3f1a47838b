import { SluiceError } from '../../shared/errors.ts';
import { providerNames } from '../../shared/model/traffic.ts';
import { choiceOption, switchOption, textOption, type FlagsOf } from '../../shared/lib/command.ts';
import { capabilitiesOf, unknownCapabilities } from '../model/capabilities.ts';
import { hasForm } from '../model/name-forms.ts';
import { hubOptions, seenBy, seenOption, withClient } from './client.ts';
import { command } from './context.ts';
import { assertFree, writeJoinFile } from './join-file.ts';
import { joinMany, type JoinWish } from './join-many.ts';
import { joinSteps } from './join-steps.ts';
import { parseLabels } from './labels.ts';

const joinOptions = {
  labels: textOption('--labels <k=v,...>', 'labels that placements select by'),
  capabilities: textOption(
    '--capabilities <word,...>',
    `${providerNames.join(', ')}; default: what the agent reports first`,
  ),
  rekey: switchOption('--rekey', 'keep its registration and let its agent in again with a new key'),
  replace: switchOption('--replace', 'give up the registration that has this name now: the cluster was built anew'),
  reports: switchOption('--no-reports', 'no report will ever come back from there'),
  ...seenOption,
  from: textOption('--from <file>', 'register the clusters of a list: a line for each, NAME key=value,...'),
  out: textOption(
    '--out <file>',
    'where the join file goes, `-` for standard output (default: NAME.join); with --from, the folder of all',
  ),
  transport: choiceOption(
    '--transport <how>',
    "how the agent pulls (default: Git from the channel's host, else feed)",
    ['feed', 'git'],
  ),
  channelUrl: textOption(
    '--channel-url <url>',
    'where this agent finds the channel: an exported folder (file:///...), a mirror',
  ),
  ...hubOptions,
};

/** `sluice-hub cluster join`: registers a cluster, or those of a list, and writes the join file of each agent, which is a secret. */
export const joinCommand = command({
  name: 'join',
  description: 'register a cluster and write the join file of its agent',
  arguments: ['[name]'],
  options: joinOptions,
  run: async (context, [name], flags) => {
    const { terminal } = context;
    const wish = wishOf(flags);
    if (flags.from !== undefined) {
      assertListAlone(name, flags);
      return joinMany(context, flags, { from: flags.from, out: flags.out ?? '.', wish });
    }
    assertClusterName(name);
    const request = { ...wish, name };
    const file = flags.out ?? `${name}.join`;
    // Checked before the hub makes a token: afterwards the token would be lost.
    if (file !== '-') await assertFree(terminal.path(file));
    const isDecision = request.replace || request.rekey || flags.registration !== undefined;
    const answer = await withClient(context, flags, async (client) => {
      const seen = isDecision ? await seenBy(client, name, flags.registration) : {};
      return client.join({ ...request, ...seen });
    });
    if (file === '-') {
      terminal.out(answer.line + '\n');
      return undefined;
    }
    const { parseJoinLine } = await import('../../shared/wire/join.ts');
    await writeJoinFile(terminal.path(file), answer.line);
    terminal.out(
      `cluster ${answer.name} ${flags.rekey === true ? 'keeps its registration' : 'is registered'}; its join file is ${file} (a secret, valid until ${answer.expires})\n` +
        joinSteps(file, parseJoinLine(answer.line)),
    );
    return undefined;
  },
});

/** What a cluster is asked for, or each one of a list. */
function wishOf(flags: FlagsOf<typeof joinOptions>): JoinWish {
  return {
    labels: flags.labels === undefined ? null : parseLabels(words(flags.labels)),
    capabilities: flags.capabilities === undefined ? null : parseCapabilities(words(flags.capabilities)),
    replace: flags.replace === true,
    rekey: flags.rekey === true,
    reports: flags.reports !== false,
    transport: flags.transport ?? null,
    channelUrl: flags.channelUrl ?? null,
  };
}

function assertClusterName(name: string | undefined): asserts name is string {
  if (name === undefined) {
    throw new SluiceError('USAGE', 'no cluster is named', { hint: 'name one, or give a list with --from' });
  }
  if (hasForm('label', name)) return;
  throw new SluiceError('NAME_INVALID', `the name "${name}" is not allowed for a cluster`, {
    hint: 'use lower case letters, digits and dashes, 63 at most',
  });
}

/** What decides about one cluster is not for a list. */
function assertListAlone(
  name: string | undefined,
  flags: Readonly<Record<'rekey' | 'replace' | 'registration' | 'out', unknown>>,
): void {
  const given = [
    ...(name === undefined ? [] : ['a name']),
    ...(flags.rekey === undefined ? [] : ['--rekey']),
    ...(flags.replace === undefined ? [] : ['--replace']),
    ...(flags.registration === undefined ? [] : ['--registration']),
    ...(flags.out === '-' ? ['--out -'] : []),
  ];
  if (given.length === 0) return;
  const hint = 'leave one of them out; a decision about one cluster, and its join line, are asked for by its name';
  throw new SluiceError('USAGE', `--from does not go with ${given.join(' and ')}`, { hint });
}

function words(text: string): string[] {
  return text.split(',').filter((word) => word !== '');
}

function parseCapabilities(given: readonly string[]) {
  const [unknown] = unknownCapabilities(given);
  if (unknown === undefined) return capabilitiesOf(given);
  throw new SluiceError('USAGE', 'not a capability', {
    subject: unknown,
    hint: `there are ${providerNames.join(', ')}`,
  });
}
