import { access, writeFile } from 'node:fs/promises';
import { asSluiceError, SluiceError } from '../../shared/errors.ts';
import { providerNames } from '../../shared/model/traffic.ts';
import { choiceOption, switchOption, textOption } from '../../shared/lib/command.ts';
import { capabilitiesOf, unknownCapabilities } from '../model/capabilities.ts';
import { hasForm } from '../model/name-forms.ts';
import { hubOptions, seenBy, seenOption, withClient } from './client.ts';
import { command } from './context.ts';
import { joinSteps } from './join-steps.ts';
import { parseLabels } from './labels.ts';

/** `sluice-hub cluster join`: registers a cluster and writes the join file of its agent, which is a secret. */
export const joinCommand = command({
  name: 'join',
  description: 'register a cluster and write the join file of its agent',
  arguments: ['<name>'],
  options: {
    labels: textOption('--labels <k=v,...>', 'labels that placements select by'),
    capabilities: textOption(
      '--capabilities <word,...>',
      `${providerNames.join(', ')}; default: what the agent reports first`,
    ),
    rekey: switchOption('--rekey', 'keep its registration and let its agent in again with a new key'),
    replace: switchOption('--replace', 'give up the registration that has this name now: the cluster was built anew'),
    reports: switchOption('--no-reports', 'no report will ever come back from there'),
    ...seenOption,
    out: textOption('--out <file>', 'where the join file goes, `-` for standard output (default: NAME.join)'),
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
  },
  run: async (context, [name], flags) => {
    const { terminal } = context;
    assertClusterName(name);
    const file = flags.out ?? `${name}.join`;
    const request = {
      name,
      labels: flags.labels === undefined ? null : parseLabels(words(flags.labels)),
      capabilities: flags.capabilities === undefined ? null : parseCapabilities(words(flags.capabilities)),
      replace: flags.replace === true,
      rekey: flags.rekey === true,
      reports: flags.reports !== false,
      transport: flags.transport ?? null,
      channelUrl: flags.channelUrl ?? null,
    };
    // Checked before the hub makes a token: afterwards the token would be lost.
    if (file !== '-') await assertFree(terminal.path(file));
    const isDecision = request.replace || request.rekey || flags.registration !== undefined;
    const answer = await withClient(context, flags, async (client) => {
      const seen = isDecision ? await seenBy(client, name, flags.registration) : {};
      return client.join({ ...request, ...seen });
    });
    if (file === '-') {
      terminal.out(answer.line + '\n');
      return;
    }
    const { parseJoinLine } = await import('../../shared/wire/join.ts');
    await writeSecret(terminal.path(file), answer.line + '\n');
    terminal.out(
      `cluster ${answer.name} ${flags.rekey === true ? 'keeps its registration' : 'is registered'}; its join file is ${file} (a secret, valid until ${answer.expires})\n` +
        joinSteps(file, parseJoinLine(answer.line)),
    );
  },
});

function assertClusterName(name: string): void {
  if (hasForm('label', name)) return;
  throw new SluiceError('NAME_INVALID', `the name "${name}" is not allowed for a cluster`, {
    hint: 'use lower case letters, digits and dashes, 63 at most',
  });
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

async function assertFree(path: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw new SluiceError('EXISTS', 'this file exists', { path, hint: 'remove it, or give another --out' });
}

/** Never over an existing file: it may be the only copy of another secret. */
async function writeSecret(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw asSluiceError(error, 'EXISTS', { path, hint: 'remove it, or give another --out' });
  }
}
