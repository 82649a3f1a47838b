import { access, writeFile } from 'node:fs/promises';
import { asSluiceError, SluiceError } from '../../shared/errors.ts';
import { choiceOption } from '../../shared/adapters/cli.ts';
import { withClient, withHubFlags, type CliContext, type HubFlags } from './context.ts';
import { capabilitiesOf, unknownCapabilities } from '../model/capabilities.ts';
import { parseJoinLine } from '../../shared/wire/join.ts';
import { joinSteps } from './join-steps.ts';
import { clusterEntry, type ClusterEntry } from '../api/bodies.ts';
import { clusterTable } from '../status/clusters.ts';

interface JoinFlags extends HubFlags {
  readonly labels?: string;
  readonly capabilities?: string;
  readonly replace?: boolean;
  readonly reports: boolean;
  readonly out?: string;
  readonly transport?: 'feed' | 'git';
  readonly channelUrl?: string;
}

/** `sluice-hub cluster ...` and `sluice-hub approve`: changes of the registry and decisions, made by the running hub. */
export function registryCommands(context: CliContext): void {
  const { program } = context.cli;
  const cluster = program.command('cluster').description('let clusters in, label them, and let them go');
  joinCommand(context, cluster.command('join <name>'));
  listCommand(context, cluster.command('list'));
  labelsCommand(context, cluster.command('labels <name> <labels...>'));
  revokeCommand(context, cluster.command('revoke <name>'));
  removeCommand(context, cluster.command('remove <name>'));
  approveCommand(context, program.command('approve <digest>'));
}

type Target = CliContext['cli']['program'];

function joinCommand(context: CliContext, command: Target): void {
  withHubFlags(
    command
      .description('register a cluster and write the join file of its agent')
      .option('--labels <k=v,...>', 'labels that placements select by')
      .option('--capabilities <word,...>', 'istio, gateway-api, ingress; default: what the agent reports first')
      .option('--replace', 'give up the registration that has this name now')
      .option('--no-reports', 'no report will ever come back from there')
      .option('--out <file>', 'where the join file goes, `-` for standard output (default: NAME.join)')
      .addOption(
        choiceOption('--transport <how>', "how the agent pulls (default: Git from the channel's host, else feed)", [
          'feed',
          'git',
        ]),
      )
      .option('--channel-url <url>', 'where this agent finds the channel: an exported folder (file:///...), a mirror'),
  ).action(async (name: string, flags: JoinFlags) => {
    const { terminal } = context;
    const file = flags.out ?? `${name}.join`;
    const request = {
      name,
      labels: flags.labels === undefined ? null : givenLabels(flags.labels.split(',').filter((part) => part !== '')),
      capabilities: flags.capabilities === undefined ? null : givenCapabilities(flags.capabilities),
      replace: flags.replace === true,
      reports: flags.reports,
      transport: flags.transport ?? null,
      channelUrl: flags.channelUrl ?? null,
    };
    // Before the hub mints a token that would have nowhere to go.
    if (file !== '-') await assertFree(terminal.path(file));
    const answer = await withClient(context, flags, (client) => client.join(request));
    if (file === '-') {
      terminal.out(answer.line + '\n');
      return;
    }
    await writeSecret(terminal.path(file), answer.line + '\n');
    terminal.out(
      `cluster ${answer.name} is registered; its join file is ${file} (a secret, good until ${answer.expires})\n` +
        joinSteps(file, parseJoinLine(answer.line)),
    );
  });
}

function listCommand(context: CliContext, command: Target): void {
  withHubFlags(
    command
      .description('list the registered clusters')
      .addOption(choiceOption('-o, --output <form>', 'form', ['table', 'json']).default('table')),
  ).action(async (flags: HubFlags & { readonly output: 'table' | 'json' }) => {
    const answer = await withClient(context, flags, (client) => client.list());
    const clusters = answer.clusters.map((cluster) => clusterEntry.parse(cluster));
    const { terminal } = context;
    if (flags.output === 'json') terminal.out(JSON.stringify({ clusters }, null, 2) + '\n');
    else terminal.out(clusterTable(clusters, terminal.interactive ? terminal.columns() : 200));
  });
}

function labelsCommand(context: CliContext, command: Target): void {
  withHubFlags(command.description('set labels (`key=value`) or remove them (`key-`)')).action(
    async (name: string, labels: readonly string[], flags: HubFlags) => {
      const changes = {
        ...givenLabels(labels.filter((label) => !label.endsWith('-') || label.includes('='))),
        ...Object.fromEntries(
          labels
            .filter((label) => label.endsWith('-') && !label.includes('='))
            .map((label) => [label.slice(0, -1), null] as const),
        ),
      };
      printEntry(context, await withClient(context, flags, (client) => client.labels(name, { labels: changes })));
    },
  );
}

function revokeCommand(context: CliContext, command: Target): void {
  withHubFlags(command.description("refuse a cluster's agent from now on; what it runs stays")).action(
    async (name: string, flags: HubFlags) => {
      printEntry(context, await withClient(context, flags, (client) => client.revoke(name)));
    },
  );
}

function removeCommand(context: CliContext, command: Target): void {
  withHubFlags(
    command
      .description('decommission a cluster: its next bundle says so')
      .option('--delete-workloads', 'take away what was delivered (default: leave it running)')
      .option('--forget', 'drop it from the registry at once, without telling its agent'),
  ).action(
    async (name: string, flags: HubFlags & { readonly deleteWorkloads?: boolean; readonly forget?: boolean }) => {
      const mode = flags.deleteWorkloads === true ? 'delete' : 'orphan';
      const { state } = await withClient(context, flags, (client) =>
        client.remove(name, { mode, forget: flags.forget === true }),
      );
      const what = state === 'gone' ? 'is gone from the registry' : `leaves with its next bundle (workloads: ${mode})`;
      context.terminal.out(`cluster ${name} ${what}\n`);
    },
  );
}

function approveCommand(context: CliContext, command: Target): void {
  withHubFlags(
    command
      .description('release a change that a guard stopped (see `status`)')
      .option('--by <name>', 'who decided, for the ledger'),
  ).action(async (change: string, flags: HubFlags & { readonly by?: string }) => {
    const by = flags.by ?? context.terminal.env['USER'] ?? 'admin';
    const approved = await withClient(context, flags, (client) => client.approve({ change, by }));
    context.terminal.out(`approved ${approved.change}: ${approved.ids.length} objects\n`);
  });
}

function printEntry({ terminal }: CliContext, entry: ClusterEntry): void {
  terminal.out(clusterTable([entry], terminal.interactive ? terminal.columns() : 200));
}

/** `key=value` pairs as labels; throws USAGE for anything else. */
export function givenLabels(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const match = /^([^=\s]+)=([^=\s]*)$/.exec(pair);
      if (match?.[1] === undefined) {
        throw new SluiceError('USAGE', 'not a label', { subject: pair, hint: 'write key=value, several with commas' });
      }
      return [match[1], match[2] ?? ''];
    }),
  );
}

function givenCapabilities(text: string) {
  const words = text.split(',').filter((word) => word !== '');
  const [unknown] = unknownCapabilities(words);
  if (unknown === undefined) return capabilitiesOf(words);
  throw new SluiceError('USAGE', 'not a capability', {
    subject: unknown,
    hint: 'there are istio, gateway-api, ingress',
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
