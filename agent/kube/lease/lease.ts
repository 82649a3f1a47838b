import type { Kube, KubeResource } from '../../model/kube.ts';
import { asSluiceError, isSluiceError } from '../../../shared/errors.ts';
import { agentNames, owner } from '../../../shared/model/names.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import type { Log } from '../../../shared/ports/log.ts';
import { claimed, isExpired, released, otherRenewal, type LeaseSpec, type Renewal } from './spec.ts';

const leases: KubeResource = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
  verbs: ['get', 'create', 'update'],
  subresources: [],
};

/** What a Lease needs. */
export interface LeaseOptions {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly log: Log;
  readonly namespace: string;
  /** The identity of the holder: a restart under the same identity goes on at once. */
  readonly holder: string;
  readonly durationMs: number;
  /** What its holder says of the site, written with each renewal; null = nothing yet. */
  readonly says?: () => string | null;
}

/** The right to write, held by one agent of a cluster at a time. */
export interface Lease {
  /** True until the deadline by the monotonic clock: the duration, counted from before the last renewal was sent. */
  readonly isHeld: () => boolean;
  /** Waits until it is ours; rejects when the signal aborts. */
  readonly acquire: (signal: AbortSignal) => Promise<void>;
  /** Renews it until the signal aborts or it is lost to another; never throws. */
  readonly keep: (signal: AbortSignal) => Promise<void>;
  /** Gives it back, so that the next agent need not wait. */
  readonly release: (signal: AbortSignal) => Promise<void>;
}

/** The Lease `sluice-agent` of a namespace, not held yet. */
export function openLease(options: LeaseOptions): Lease {
  const { kube, clock, namespace, holder, durationMs } = options;
  let deadline = Number.NEGATIVE_INFINITY;
  let last: KubeObject | null = null;
  let renewal: Renewal = { text: '', at: 0 };
  const say = sayOnce(options.log);
  const sayLate = sayLateRenewals(options.log);

  const write = async (spec: LeaseSpec, signal: AbortSignal): Promise<void> => {
    const sentAt = clock.monotonic();
    last = await put(kube, { namespace, last, spec, says: options.says?.() ?? null, signal });
    deadline = spec.holderIdentity === holder ? sentAt + durationMs * 0.8 : Number.NEGATIVE_INFINITY;
  };
  const renew = (signal: AbortSignal) => write(claimed(specOf(last), { holder, durationMs, now: clock.now() }), signal);
  /** True when it is free, ours, or expired. */
  const mayTake = (): boolean => {
    const at = clock.monotonic();
    const other = otherRenewal(specOf(last), holder, renewal, at);
    if (other === null) return true;
    renewal = other;
    return isExpired(specOf(last), renewal, at);
  };
  const tryOnce = async (signal: AbortSignal): Promise<boolean> => {
    try {
      last = await orNull(kube.get({ resource: leases, namespace, name: agentNames.lease }, signal));
      if (!mayTake()) return say(specOf(last));
      await renew(signal);
      return true;
    } catch (error) {
      if (signal.aborted) throw error;
      options.log.debug('the lease could not be taken', { error: asSluiceError(error).message });
      return false;
    }
  };

  return {
    isHeld: () => clock.monotonic() < deadline,
    acquire: async (signal) => {
      while (!(await tryOnce(signal))) await clock.sleep(Math.min(1_000, durationMs / 5), signal);
    },
    keep: async (signal) => {
      while (!signal.aborted) {
        await clock.sleep(durationMs / 3, signal).catch(() => undefined);
        if (isAborted(signal)) return;
        try {
          await renew(signal);
          sayLate(null);
        } catch (error) {
          // After a conflict another agent has written it: read it, and decide anew.
          if (!(await tryOnce(signal).catch(() => false))) sayLate(asSluiceError(error).message);
        }
      }
    },
    release: async (signal) => {
      if (last === null || specOf(last).holderIdentity !== holder) return;
      await write(released(specOf(last), clock.now()), signal);
    },
  };
}

/** Says once that another agent has the Lease, which is therefore not ours (false). */
function sayOnce(log: Log): (spec: LeaseSpec) => false {
  let isSaid = false;
  return ({ holderIdentity: holder = '' }) => {
    if (!isSaid && holder !== '') log.info('waits for the lease: another agent has it', { holder });
    isSaid ||= holder !== '';
    return false;
  };
}

/** Says why the Lease is not renewed, once until it is again (null). */
function sayLateRenewals(log: Log): (error: string | null) => void {
  let isSaid = false;
  return (error) => {
    if (error !== null) log[isSaid ? 'debug' : 'warn']('the lease could not be renewed', { error });
    isSaid = error !== null;
  };
}

function specOf(object: KubeObject | null): LeaseSpec {
  return object?.['spec'] ?? {};
}

/** Writes the Lease over the one that was read last, or makes it. */
async function put(
  kube: Kube,
  change: {
    readonly namespace: string;
    readonly last: KubeObject | null;
    readonly spec: LeaseSpec;
    readonly says: string | null;
    readonly signal: AbortSignal;
  },
): Promise<KubeObject> {
  const { namespace, last, spec, says, signal } = change;
  const known = last?.metadata ?? { name: agentNames.lease, namespace };
  const metadata = says === null ? known : { ...known, annotations: { ...known.annotations, [owner.says]: says } };
  const object = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
  return last === null ? kube.post(leases, object, signal) : kube.put(leases, object, signal);
}

async function orNull(asked: Promise<KubeObject>): Promise<KubeObject | null> {
  try {
    return await asked;
  } catch (error) {
    if (isSluiceError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
