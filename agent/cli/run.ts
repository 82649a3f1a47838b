import { choiceOption, defaultChoice, switchOption, textOption } from '../../shared/lib/command.ts';
import { logFormats, logLevels } from '../../shared/lib/log-levels.ts';
import { readOptions } from '../run/config.ts';
import { hostAgent } from '../run/host.ts';
import { clusterOptions, command } from './context.ts';

/** `sluice-agent run`: the agent of a cluster, until it is told to stop. */
export const runCommand = command({
  name: 'run',
  description: 'join, pull, apply and report until it is told to stop',
  arguments: [],
  options: {
    ...clusterOptions,
    joinFile: textOption('--join-file <file>', 'the join line of `sluice-hub cluster join`; - reads standard input'),
    poll: textOption('--poll <seconds>', 'how often to check the channel when no event arrives (60)'),
    heartbeat: textOption('--heartbeat <seconds>', 'how often to report when nothing changes (300)'),
    namespaces: textOption(
      '--namespaces <names>',
      'the namespaces that it may read and write, separated by commas (all)',
    ),
    serviceAccounts: textOption(
      '--service-accounts <pairs>',
      'the accounts that applications are written as: NAMESPACE=SERVICEACCOUNT,... (its own)',
    ),
    defaultServiceAccount: textOption(
      '--default-service-account <name>',
      'the same, in the namespace of every other application',
    ),
    channelAuthFile: textOption(
      '--channel-auth-file <file>',
      'user:password, or a token, for a Git host that is not the hub',
    ),
    caFile: textOption('--ca-file <file>', 'PEM certificates of private authorities'),
    analysisAllow: textOption(
      '--analysis-allow <urls>',
      'servers of metrics that analyses may ask, separated by commas',
    ),
    holder: textOption('--holder <name>', 'the identity under which it holds its Lease'),
    probeListen: textOption('--probe-listen <host:port>', 'where to answer /startupz, /livez and /readyz (nowhere)'),
    allowSystemNamespaces: switchOption(
      '--allow-system-namespaces',
      'let applications into kube-system, kube-public and kube-node-lease',
    ),
    allowHostAccess: switchOption(
      '--allow-host-access',
      'allow pods that are privileged, or use the network, processes, ports or files of a node',
    ),
    allowPlainHttp: switchOption('--allow-plain-http', 'allow http:// beyond this machine'),
    cacheFolder: textOption(
      '--cache-folder <folder>',
      'where bundles of more than 8 MiB are put aside, encrypted and for as long as it runs (in memory)',
    ),
    logLevel: defaultChoice('--log-level <level>', 'how much to log', logLevels, 'info'),
    logFormat: choiceOption('--log-format <format>', 'json, or text for people', logFormats),
  },
  run: async (context, _, { logLevel, logFormat, ...flags }) => {
    const options = readOptions(flags);
    const stop = context.stopSignal();
    const format = logFormat ?? (context.logsToTerminal ? 'text' : 'json');
    await hostAgent(options, { level: logLevel, format }, context, stop);
  },
});
