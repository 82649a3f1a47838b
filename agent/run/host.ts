import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { createRepos } from '../../shared/adapters/git/repos.ts';
import { createHttp } from '../../shared/adapters/http/client.ts';
import { proxySettings } from '../../shared/adapters/http/proxy.ts';
import { createLog } from '../../shared/adapters/log.ts';
import { SluiceError } from '../../shared/errors.ts';
import { gitAuthorization } from '../../shared/lib/git/authorization.ts';
import type { LogFormat, LogLevel } from '../../shared/lib/log-levels.ts';
import type { Terminal } from '../../shared/ports/terminal.ts';
import { parseJoinLine, type JoinTicket } from '../../shared/wire/join.ts';
import { startAgent, type AgentPorts } from './start.ts';
import { hostAndPort, type AgentOptions } from './config.ts';
import { connectKube } from './connect.ts';
import { contentsMemory, openContents } from './contents.ts';
import { serveProbes } from './probe-server.ts';
import { openMeasure } from './measure.ts';
import { openProbes } from './probes.ts';

/** What an agent takes from the process that hosts it. */
export interface AgentHost extends Pick<AgentPorts, 'clock' | 'random' | 'uuid' | 'cron' | 'version'> {
  readonly terminal: Terminal;
  /** Everything on standard input, once it has ended. */
  readonly readInput: () => Promise<string>;
  /** True when standard error, where the log goes, is a terminal. */
  readonly logsToTerminal: boolean;
}

/** Runs an agent with the adapters of a process until `stop` aborts. Throws FILE_UNREADABLE for a file that an option names. */
export async function hostAgent(
  options: AgentOptions,
  logging: { readonly level: LogLevel; readonly format: LogFormat },
  host: AgentHost,
  stop: AbortSignal,
): Promise<void> {
  const { terminal, clock, random, uuid, cron, version } = host;
  const log = createLog({ ...logging, write: terminal.err });
  const http = createHttp({
    ca: await caOf(options, terminal),
    proxy: proxySettings(terminal.env),
    allowPlain: options.allowPlainHttp,
    userAgent: `sluice-agent/${version}`,
  });
  // Metrics are near, and often without TLS; nothing secret is sent there.
  const metrics = createHttp({
    ca: await caOf(options, terminal),
    allowPlain: true,
    userAgent: `sluice-agent/${version}`,
  });
  const kube = connectKube(options, host);
  const { channelAuthFile: auth, cacheFolder: cache } = options;
  const probes = openProbes(clock);
  const pages = { '/startupz': probes.startup, '/livez': probes.live, '/readyz': probes.ready };
  const server = options.probeListen === undefined ? null : await serveProbes(hostAndPort(options.probeListen), pages);
  try {
    const ports = {
      contents: openContents({
        folder: cache === undefined ? null : terminal.path(cache),
        memoryBytes: contentsMemory,
        log,
      }),
      ...{ kube, http, repos: createRepos(http), clock, random, uuid, cron, log, version, probes },
      measure: openMeasure(metrics, options.analysisAllow ?? []),
      ticket: await readTicket(options.joinFile, host),
      channelAuthorization: auth === undefined ? null : gitAuthorization(await fileText(auth, terminal)),
      holder: options.holder ?? terminal.env['POD_NAME'] ?? ownName(options, host),
    };
    log.info('agent starts', { version, namespace: options.namespace, holder: ports.holder });
    await startAgent(options, ports, stop);
    log.info('agent stopped');
  } catch (error) {
    if (!stop.aborted) throw error;
  } finally {
    server?.close();
    http.close();
    metrics.close();
    kube.close();
  }
}

/** A pod keeps its host name over restarts; elsewhere two agents may share a machine. */
function ownName({ kubeconfig }: AgentOptions, { terminal, uuid }: AgentHost): string {
  const inPod = kubeconfig === undefined && terminal.env['KUBERNETES_SERVICE_HOST'] !== undefined;
  return inPod ? hostname() : `${hostname()}-${uuid().slice(0, 8)}`;
}

async function caOf({ caFile }: AgentOptions, terminal: Terminal): Promise<readonly string[]> {
  return caFile === undefined ? [] : [await fileText(caFile, terminal)];
}

async function readTicket(file: string | undefined, host: AgentHost): Promise<JoinTicket | null> {
  if (file === undefined) return null;
  return parseJoinLine(file === '-' ? await host.readInput() : await fileText(file, host.terminal));
}

async function fileText(path: string, terminal: Terminal): Promise<string> {
  try {
    return await readFile(terminal.path(path), 'utf8');
  } catch (cause) {
    throw new SluiceError('FILE_UNREADABLE', 'this file cannot be read', { path }, cause);
  }
}
