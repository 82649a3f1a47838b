import { impersonationOf, type AgentOptions } from './config.ts';
import { loadIdentity, loadJoinTicket, type SecretPlace } from '../identity/keys.ts';
import { assertOurs } from './claim.ts';
import { openSpeaker } from './join.ts';
import { runAgent } from './loop.ts';
import { agentAuthorization } from '../identity/credential.ts';
import { defaultSettings, type AgentDeps } from '../model/deps.ts';
import type { Contents } from '../model/contents.ts';
import type { Kube } from '../model/kube.ts';
import type { ProbeState } from '../model/probes.ts';
import type { Identity } from '../model/site.ts';
import { hubHttp } from '../channel/hub-http.ts';
import { openTransport } from '../channel/transport.ts';
import { createDelivery } from '../report/deliver.ts';
import { verify } from '../channel/verify/verify.ts';
import { SluiceError } from '../../shared/errors.ts';
import { agentNames } from '../../shared/model/names.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import type { Http } from '../../shared/ports/http.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Repos } from '../../shared/ports/repo.ts';
import { agentReads, readsHeader } from '../../shared/wire/reads.ts';
import type { JoinTicket } from '../../shared/wire/join.ts';

/** Everything that a running agent touches outside itself. */
export interface AgentPorts {
  readonly kube: Kube;
  readonly contents: Contents;
  readonly http: Http;
  readonly repos: Repos;
  readonly clock: Clock;
  readonly random: Random;
  readonly uuid: () => string;
  readonly cron: AgentDeps['cron'];
  readonly log: Log;
  /** The join line's ticket when the caller gave one, else it is looked for in the cluster. */
  readonly ticket: JoinTicket | null;
  /** The header for a Git host that is not the hub; null where none was given. */
  readonly channelAuthorization: string | null;
  readonly holder: string;
  readonly version: string;
  readonly probes: ProbeState;
  readonly measure?: AgentDeps['measure'];
}

/** Joins where that is still to do, and runs the agent until `stop` aborts. Pulling never waits for enrolment. */
export async function startAgent(options: AgentOptions, ports: AgentPorts, stop: AbortSignal): Promise<void> {
  const place: SecretPlace = { kube: ports.kube, namespace: options.namespace };
  const { clock, random, log, kube, cron, contents } = ports;
  const { identity, ticket } = await identify(place, ports, stop);
  ports.probes.joined();

  const http = hubHttp(ports.http);
  const hub = identity.hub?.replace(/\/+$/, '') ?? null;
  const { signer, join } = openSpeaker({ place, http, hub, identity, ticket, clock, random, log, cron });
  const authorization = agentAuthorization(identity, signer, clock);
  const source = (url: string) =>
    ports.repos.source({
      url,
      authorization: () => (isAt(url, hub) ? authorization() : ports.channelAuthorization),
      ...(isAt(url, hub) && { headers: { [readsHeader]: agentReads } }),
    });
  await runAgent(
    {
      kube,
      transport: openTransport(identity.url, { http, source, identity, authorization, clock, random, log }),
      verify: (snapshot, trust) => verify({ snapshot, identity, trust, now: clock.now(), contents }),
      contents,
      deliver: createDelivery({ http, hub, signer, authorization }),
      hubReads: http.hubReads,
      clock,
      random,
      uuid: ports.uuid,
      cron,
      join,
      log,
      identity,
      probes: ports.probes,
      ...(ports.measure !== undefined && { measure: ports.measure }),
      onStep: ports.probes.passGoesOn,
      settings: {
        ...defaultSettings,
        namespace: options.namespace,
        namespaces: options.namespaces?.split(',').map((name) => name.trim()) ?? null,
        reach: { systemNamespaces: options.allowSystemNamespaces, hosts: options.allowHostAccess },
        impersonation: impersonationOf(options),
        holder: ports.holder,
        version: ports.version,
        pollMs: options.poll * 1000,
        heartbeatMs: options.heartbeat * 1000,
      },
    },
    stop,
  );
}

/** The identity of this agent, and the join line where there is one. Throws where the cluster belongs to another registration. */
async function identify(place: SecretPlace, ports: Pick<AgentPorts, 'ticket' | 'cron'>, signal: AbortSignal) {
  const ticket = ports.ticket ?? (await loadJoinTicket(place, signal));
  const identity = ticket === null ? await loadIdentity(place, signal) : identityOf(ticket);
  if (identity === null) throw notJoined(place.namespace);
  // Said at once, although another agent may hold the Lease; judged again once it is held.
  const key = await assertOurs(place, identity, ports.cron, signal);
  // A key is in its namespace.
  if (key === null) await ensureNamespace(place.kube, place.namespace, signal);
  return { identity, ticket };
}

/** The join line without its secret and its expiry. */
export function identityOf(ticket: JoinTicket): Identity {
  const { channel, url, hub, registration, cluster, rootFingerprint, minimumGeneration } = ticket;
  return { channel, url, hub, registration, cluster, rootFingerprint, minimumGeneration };
}

/** True for an address of the hub: there our own credential counts, elsewhere the given one; neither ever leaves its origin. */
function isAt(url: string, hub: string | null): boolean {
  return hub !== null && new URL(url).origin === new URL(hub).origin;
}

/** An agent outside the cluster finds no namespace there; an installation makes its own. */
async function ensureNamespace(kube: Kube, name: string, signal: AbortSignal): Promise<void> {
  const resource = await kube.resource({ group: '', kind: 'Namespace' }, signal);
  const exists = await kube.get({ resource, namespace: '', name }, signal).then(
    () => true,
    // An agent that may not read namespaces was installed with its own.
    (error: unknown) => !(error instanceof SluiceError && error.code === 'NOT_FOUND'),
  );
  if (exists) return;
  await kube.post(resource, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, signal);
}

function notJoined(namespace: string): SluiceError {
  return new SluiceError('CONFIG_INVALID', 'this cluster has not joined', {
    subject: `Secret ${namespace}/${agentNames.join}`,
    hint: 'pass the line of `sluice-hub cluster join` with --join-file FILE (or - for standard input)',
  });
}
