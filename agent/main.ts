#!/usr/bin/env node
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import manifest from '../package.json' with { type: 'json' };
import { choiceOption, createCli, terminalOf, type CliCommand, type Terminal } from '../shared/adapters/cli.ts';
import { systemClock, systemRandom } from '../shared/adapters/clock.ts';
import { createRepos } from '../shared/adapters/git/repos.ts';
import { createHttp } from '../shared/adapters/http.ts';
import { proxySettings } from '../shared/adapters/http/proxy.ts';
import { createLog, logLevels, type LogLevel } from '../shared/adapters/log.ts';
import { serveProbes } from './run/probe-server.ts';
import { cronFields } from '../shared/adapters/schedule.ts';
import { SluiceError } from '../shared/errors.ts';
import { agentNames } from '../shared/model/names.ts';
import { parseJoinLine, type JoinTicket } from '../shared/wire/join.ts';
import { channelAuthorization, hostAndPort, readOptions, type AgentOptions } from './run/config.ts';
import { createKube, type KubeClient } from './kube/client.ts';
import { loadKubeAccess } from './kube/config.ts';
import { startAgent } from './run/agent.ts';
import { readSiteStatus } from './cli/site-status.ts';
import { statusJson, statusText } from './cli/status-text.ts';
import { openProbes } from './run/probes.ts';

const terminal = terminalOf(process);
const description = "Runs a cluster's applications as the signed channel says";
const cli = createCli({ name: 'sluice-agent', description, version: manifest.version }, terminal);

withCluster(cli.program.command('run').description('join, pull, apply and report until it is told to stop'))
  .option('--join-file <file>', 'the join line of `sluice-hub cluster join`; - reads standard input')
  .option('--poll <seconds>', 'how often to look for something new when nothing wakes the agent (60)')
  .option('--heartbeat <seconds>', 'how often to report when nothing changes (300)')
  .option('--namespaces <names>', 'the namespaces that it may read and write, separated by commas (all)')
  .option(
    '--service-accounts <pairs>',
    'whose rights applications are written with: NAMESPACE=SERVICEACCOUNT,... (its own)',
  )
  .option('--default-service-account <name>', 'the same, in the namespace of every other application')
  .option('--channel-auth-file <file>', 'user:password, or a token, for a Git host that is not the hub')
  .option('--ca-file <file>', 'PEM certificates of private authorities')
  .option('--holder <name>', 'the identity under which it holds its Lease')
  .option('--probe-listen <host:port>', 'where to answer /startupz, /livez and /readyz (nowhere)')
  .option('--allow-plain-http', 'allow http:// beyond this machine')
  .addOption(choiceOption('--log-level <level>', 'how much to log', logLevels).default('info'))
  .addOption(choiceOption('--log-format <format>', 'json, or text for people', ['json', 'text']))
  .action(async (raw: Readonly<Record<string, unknown>>) => run(readOptions(raw), raw, terminal));

withCluster(cli.program.command('status').description('say what this site believes, and why'))
  .addOption(choiceOption('-o, --output <format>', 'table or json', ['table', 'json']).default('table'))
  .action(async (raw: Readonly<Record<string, unknown>>) => {
    const options = readOptions(raw);
    const kube = connect(options, terminal);
    try {
      const status = await readSiteStatus(kube, { ...options, cron: cronFields }, AbortSignal.timeout(30_000));
      const now = systemClock.now();
      terminal.out(raw['output'] === 'json' ? statusJson(status, now) : statusText(status, now, terminal.columns()));
    } finally {
      kube.close();
    }
  });

process.exitCode = await cli.run(process.argv.slice(2));

function withCluster(command: CliCommand): CliCommand {
  return command
    .option('--kubeconfig <file>', 'a kubeconfig (default: KUBECONFIG, the service account of the pod, ~/.kube/config)')
    .option('--context <name>', 'a context of the kubeconfig')
    .option('--allow-exec', 'let the kubeconfig run a program for its credentials')
    .option('--namespace <name>', `the agent's own namespace (${agentNames.namespace})`);
}

async function run(options: AgentOptions, raw: Readonly<Record<string, unknown>>, term: Terminal): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => stop.abort(new SluiceError('ABORTED', `stopped by ${signal}`)));
  }
  const log = createLog({
    level: raw['logLevel'] as LogLevel,
    format: (raw['logFormat'] ?? (process.stderr.isTTY ? 'text' : 'json')) as 'json' | 'text',
    write: term.err,
  });
  const http = createHttp({
    ca: options.caFile === undefined ? [] : [await fileText(options.caFile, term)],
    proxy: proxySettings(term.env),
    allowPlain: options.allowPlainHttp,
    userAgent: `sluice-agent/${manifest.version}`,
  });
  const kube = connect(options, term);
  const auth = options.channelAuthFile;
  const probeState = openProbes(systemClock);
  const { startup: startupz, live: livez, ready: readyz } = probeState;
  const pages = { '/startupz': startupz, '/livez': livez, '/readyz': readyz };
  const probes = options.probeListen === undefined ? null : await serveProbes(hostAndPort(options.probeListen), pages);
  try {
    const ports = {
      kube,
      http,
      repos: createRepos(http),
      clock: systemClock,
      random: systemRandom,
      uuid: randomUUID,
      cron: cronFields,
      log,
      ticket: await readTicket(options.joinFile, term),
      channelAuthorization: auth === undefined ? null : channelAuthorization(await fileText(auth, term)),
      holder: options.holder ?? term.env['POD_NAME'] ?? ownName(options),
      version: manifest.version,
      probes: probeState,
    };
    log.info('agent starts', { version: manifest.version, namespace: options.namespace, holder: ports.holder });
    await startAgent(options, ports, stop.signal);
    log.info('agent stopped');
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    probes?.close();
    http.close();
    kube.close();
  }
}

/** A pod keeps its host name over restarts; elsewhere two agents may share a machine. */
function ownName(options: AgentOptions): string {
  const inPod = options.kubeconfig === undefined && process.env['KUBERNETES_SERVICE_HOST'] !== undefined;
  return inPod ? hostname() : `${hostname()}-${randomUUID().slice(0, 8)}`;
}

function connect(options: AgentOptions, term: Terminal): KubeClient {
  const { https, http, none } = proxySettings(term.env);
  const kubeconfig = kubeconfigOf(options, term);
  const access = loadKubeAccess({
    ...(kubeconfig === null ? {} : { kubeconfig }),
    ...(options.context === undefined ? {} : { context: options.context }),
    allowExec: options.allowExec,
    proxy: {
      ...(https === undefined ? {} : { HTTPS_PROXY: https }),
      ...(http === undefined ? {} : { HTTP_PROXY: http }),
      ...(none === undefined ? {} : { NO_PROXY: none }),
    },
    clock: systemClock,
  });
  return createKube({
    access,
    clock: systemClock,
    random: systemRandom,
    userAgent: `sluice-agent/${manifest.version}`,
  });
}

/** The kubeconfig to use; null = the service account of the pod. */
function kubeconfigOf(options: AgentOptions, term: Terminal): string | null {
  const named = options.kubeconfig ?? term.env['KUBECONFIG'];
  if (named !== undefined && named !== '') return term.path(named);
  const usual = join(homedir(), '.kube', 'config');
  return term.env['KUBERNETES_SERVICE_HOST'] === undefined && existsSync(usual) ? usual : null;
}

async function readTicket(file: string | undefined, term: Terminal): Promise<JoinTicket | null> {
  if (file === undefined) return null;
  return parseJoinLine(file === '-' ? await text(process.stdin) : await fileText(file, term));
}

async function fileText(path: string, term: Terminal): Promise<string> {
  try {
    return await readFile(term.path(path), 'utf8');
  } catch (cause) {
    throw new SluiceError('FILE_UNREADABLE', 'this file cannot be read', { path }, cause);
  }
}
