import { SluiceError } from '../../shared/errors.ts';
import { defaultChoice, switchOption, textOption, type CommandGroup } from '../../shared/lib/command.ts';
import type { Terminal } from '../../shared/ports/terminal.ts';
import type { ClusterEntry } from '../api/bodies.ts';
import { clusterTable } from '../status/clusters.ts';
import { hubOptions, seenBy, seenOption, withClient } from './client.ts';
import { joinCommand } from './cluster-join.ts';
import { command, type CliContext } from './context.ts';
import { parseLabelChanges } from './labels.ts';

const listCommand = command({
  name: 'list',
  description: 'list the registered clusters',
  arguments: [],
  options: {
    output: defaultChoice('-o, --output <form>', 'form', ['table', 'wide', 'json', 'yaml'], 'table'),
    json: switchOption('--json', 'the same as -o json'),
    ...hubOptions,
  },
  run: async (context, _, flags) => {
    const answer = await withClient(context, flags, (client) => client.list({}));
    const { clusterEntry } = await import('../api/bodies.ts');
    const clusters = answer.clusters.map((cluster) => clusterEntry.parse(cluster));
    const { terminal } = context;
    const output = flags.json === true ? 'json' : flags.output;
    if (output === 'json') terminal.out(JSON.stringify({ clusters }, null, 2) + '\n');
    else if (output === 'yaml') terminal.out((await import('../../shared/lib/yaml/write.ts')).yamlText({ clusters }));
    else printTable(terminal, clusters, output === 'wide');
  },
});

const labelsCommand = command({
  name: 'labels',
  description: 'set labels (`key=value`) or remove them (`key-`)',
  arguments: ['<name>', '<labels...>'],
  options: { ...seenOption, ...hubOptions },
  run: async (context, [name, words], flags) => {
    const labels = parseLabelChanges(words);
    const labelled = await withClient(context, flags, async (client) =>
      client.labels(name, { labels, ...(await seenBy(client, name, flags.registration)) }),
    );
    printTable(context.terminal, [labelled]);
  },
});

const setCommand = command({
  name: 'set',
  description: 'say what an agent that never asks this hub cannot say by itself',
  arguments: ['<name>'],
  options: {
    reads: textOption('--reads <n>', 'the newest format of bundles that its agent reads (it says so itself to a hub)'),
    ...seenOption,
    ...hubOptions,
  },
  run: async (context, [name], { reads: text, ...flags }) => {
    const reads = Number(text ?? '');
    if (!/^[1-9][0-9]?$/.test(text ?? '')) {
      throw new SluiceError('USAGE', 'not a format', {
        subject: text ?? '--reads',
        hint: 'give --reads 1 or --reads 2',
      });
    }
    const changed = await withClient(context, flags, async (client) =>
      client.set(name, { reads, ...(await seenBy(client, name, flags.registration)) }),
    );
    printTable(context.terminal, [changed], true);
  },
});

const revokeCommand = command({
  name: 'revoke',
  description: "refuse a cluster's agent from now on; what it runs stays",
  arguments: ['<name>'],
  options: { ...seenOption, ...hubOptions },
  run: async (context, [name], flags) => {
    const revoked = await withClient(context, flags, async (client) =>
      client.revoke(name, await seenBy(client, name, flags.registration)),
    );
    printTable(context.terminal, [revoked]);
  },
});

const removeCommand = command({
  name: 'remove',
  description: 'decommission a cluster: its next bundle says so',
  arguments: ['<name>'],
  options: {
    deleteWorkloads: switchOption('--delete-workloads', 'remove what was delivered (default: leave it running)'),
    forget: switchOption('--forget', 'drop it from the registry at once, without telling its agent'),
    ...seenOption,
    ...hubOptions,
  },
  run: async (context, [name], flags) => {
    const mode = flags.deleteWorkloads === true ? 'delete' : 'orphan';
    const { state } = await withClient(context, flags, async (client) => {
      const seen = await seenBy(client, name, flags.registration);
      return client.remove(name, { mode, forget: flags.forget === true, ...seen });
    });
    const what = state === 'gone' ? 'is gone from the registry' : `leaves with its next bundle (workloads: ${mode})`;
    context.terminal.out(`cluster ${name} ${what}\n`);
  },
});

/** `sluice-hub cluster ...`: changes of the registry, made by the running hub. */
export const clusterCommands: CommandGroup<CliContext> = {
  name: 'cluster',
  description: 'let clusters in, label them, and let them go',
  commands: [joinCommand, listCommand, labelsCommand, setCommand, revokeCommand, removeCommand],
};

function printTable(terminal: Terminal, clusters: readonly ClusterEntry[], isWide = false): void {
  terminal.out(clusterTable(clusters, terminal.interactive ? terminal.columns() : 200, isWide));
}
