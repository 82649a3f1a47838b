import type { VerifiedBundle } from '../model/bundle.ts';
import type { Contents } from '../model/contents.ts';
import type { AgentDeps } from '../model/deps.ts';
import type { AgentState, Store } from '../model/inventory.ts';
import { saidOf } from '../model/said.ts';
import type { ServedObject } from '../model/served.ts';
import { asSluiceError, type Code } from '../../shared/errors.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { bundleFiles } from '../../shared/wire/bundle.ts';
import { startedBundle, wantedFiles, type ChannelMemory } from './memory.ts';
import { restoreStarted } from './restore.ts';
import { trustState } from './trust.ts';

/** What a pull needs. */
export interface PullPorts {
  readonly memory: {
    readonly channel: ChannelMemory;
    readonly serving: { readonly objects: ReadonlyMap<ObjectId, ServedObject> };
  };
  readonly deps: Pick<AgentDeps, 'transport' | 'verify' | 'log'>;
  readonly store: { readonly kept: Pick<Store['kept'], 'load'> };
  readonly contents: Contents;
  readonly stop: AbortSignal;
}

/**
 * Pulls and verifies a new bundle when the channel may have one. Answers the accepted bundle: the new one, or the last good one,
 * after a restart without the channel as the cluster kept it; null when there was never one. A fault is remembered, never thrown: it says nothing about what should run.
 */
export async function pullBundle(ports: PullPorts, state: AgentState | null): Promise<VerifiedBundle | null> {
  const { deps, stop } = ports;
  const { channel } = ports.memory;
  // Once the accepted bundle has started, no older one is needed.
  if (channel.bundle?.mark.revisionDigest === state?.mark?.revisionDigest) channel.started = null;
  if (!channel.isPullDue) return channel.bundle;
  channel.isPullDue = false;
  const previous = channel.bundle;
  const drop = () => {
    ports.contents.retain(wantedFiles(channel, { previous, serving: ports.memory.serving.objects }));
  };
  try {
    const pulled = await deps.transport.pull(haveOf(channel.bundle, ports.contents), stop);
    if (pulled.kind === 'changed') {
      const bundle = await deps.verify(pulled.snapshot, trustState(state, channel.bundle));
      if (bundle.mark.revisionDigest !== channel.bundle?.mark.revisionDigest) {
        deps.log.info('accepted a bundle', { ...bundle.mark, fresh: bundle.fresh });
      }
      channel.served = new Map();
      channel.earlier = null;
      channel.started = startedBundle(channel, state);
      channel.bundle = bundle;
      drop();
    }
    if (channel.said !== null) deps.log.info('the channel can be read again', { was: channel.said });
    channel.fault = channel.said = null;
    channel.pullFailures = 0;
  } catch (error) {
    // Nothing stays of a bundle that was not accepted.
    drop();
    if (!stop.aborted) rememberFault(ports, error);
  }
  await restoreStarted(ports, state);
  return channel.bundle;
}

function rememberFault({ deps, memory: { channel } }: PullPorts, error: unknown): void {
  const fault = asSluiceError(error);
  channel.pullFailures += 1;
  // A rejected bundle must be fetched and rejected again: "unchanged" would read as if all were well.
  if (fault.exitCode === 8 || fault.code === 'LIMIT_EXCEEDED') deps.transport.reset();
  // While the hub takes a new key, a request may still come with the one before: a refusal is said when it comes again.
  const isPassing = fault.code === 'UNAUTHENTICATED' && channel.fault?.code !== fault.code;
  if (channel.said !== fault.code && !isPassing) {
    channel.said = fault.code;
    deps.log.warn(`${whyNothing(fault.code)}; what runs stays`, { code: fault.code, error: saidOf(fault) });
  }
  channel.fault = { code: fault.code, message: fault.message };
}

/** Why nothing came, for the log: out of reach, shut out, not let in yet, nothing there, or nothing that can be trusted. */
function whyNothing(code: Code): string {
  return reasons[code] ?? 'the channel gave no bundle that can be trusted';
}

const outOfReach = 'the channel cannot be reached';
const notLetIn = 'the channel does not let this agent in: its key is not enrolled, or not any more';
const reasons: Partial<Record<Code, string>> = {
  UNAVAILABLE: outOfReach,
  TIMEOUT: outOfReach,
  TOO_MANY_REQUESTS: outOfReach,
  REVOKED: 'the hub revoked this registration',
  UNAUTHENTICATED: notLetIn,
  FORBIDDEN: notLetIn,
  TOKEN_EXPIRED: notLetIn,
  CLOCK_SKEW: 'the clocks of hub and site differ too much',
  NOT_FOUND: 'the channel has nothing for this cluster yet',
};

/** The bundle at hand, and the files of it that are. */
function haveOf(bundle: VerifiedBundle | null, contents: Pick<Contents, 'sizeOf'>) {
  if (bundle === null) return null;
  const files = bundleFiles(bundle.revision).map(({ digest }) => digest);
  const objects = new Set(files.filter((digest) => contents.sizeOf(digest) !== null));
  return { revisionDigest: bundle.mark.revisionDigest, objects };
}
