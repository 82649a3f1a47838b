import type { Kube, KubeResource } from '../../model/kube.ts';
import { asSluiceError, isSluiceError } from '../../../shared/errors.ts';
import { agentNames } from '../../../shared/model/names.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import type { Log } from '../../../shared/ports/log.ts';

const leases: KubeResource = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
  verbs: ['get', 'create', 'update'],
  subresources: [],
};

export interface LeaseOptions {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly log: Log;
  readonly namespace: string;
  /** Who holds it: a restart under the same name goes on at once. */
  readonly holder: string;
  readonly durationMs: number;
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

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

/** The Lease `sluice-agent` of a namespace; nobody holds it yet. */
export function openLease(options: LeaseOptions): Lease {
  const { kube, clock, namespace, holder, durationMs } = options;
  let deadline = Number.NEGATIVE_INFINITY;
  let last: KubeObject | null = null;
  // What another holder wrote, and when we first saw that: its clock says nothing to us.
  let seen = { text: '', at: 0 };

  const stamp = () => new Date(clock.now()).toISOString().replace('Z', '000Z');
  const write = async (spec: LeaseSpec, signal: AbortSignal): Promise<void> => {
    const sentAt = clock.monotonic();
    const metadata = { name: agentNames.lease, namespace };
    const object = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
    last =
      last === null
        ? await kube.post(leases, object, signal)
        : await kube.put(leases, { ...object, metadata: last.metadata }, signal);
    deadline = spec.holderIdentity === holder ? sentAt + durationMs * 0.8 : Number.NEGATIVE_INFINITY;
  };
  const specOf = (object: KubeObject | null): LeaseSpec => object?.['spec'] ?? {};
  const mine = (spec: LeaseSpec): LeaseSpec => ({
    holderIdentity: holder,
    leaseDurationSeconds: Math.ceil(durationMs / 1000),
    acquireTime: spec.holderIdentity === holder ? (spec.acquireTime ?? stamp()) : stamp(),
    renewTime: stamp(),
    leaseTransitions: (spec.leaseTransitions ?? 0) + (spec.holderIdentity === holder ? 0 : 1),
  });
  const read = async (signal: AbortSignal): Promise<void> => {
    try {
      last = await kube.get({ resource: leases, namespace, name: agentNames.lease }, signal);
    } catch (error) {
      if (!isSluiceError(error, 'NOT_FOUND')) throw error;
      last = null;
    }
  };
  /** True when nobody else holds it: free, ours, or not renewed for as long as its holder said. */
  const isFree = (): boolean => {
    const spec = specOf(last);
    const other = spec.holderIdentity ?? '';
    if (other === '' || other === holder) return true;
    const text = `${other} ${spec.renewTime ?? ''}`;
    if (seen.text !== text) seen = { text, at: clock.monotonic() };
    return clock.monotonic() - seen.at >= (spec.leaseDurationSeconds ?? 15) * 1000;
  };
  const tryOnce = async (signal: AbortSignal): Promise<boolean> => {
    try {
      await read(signal);
      if (!isFree()) return false;
      await write(mine(specOf(last)), signal);
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
          await write(mine(specOf(last)), signal);
        } catch (error) {
          // A conflict says that somebody else wrote it: what is there decides.
          if (!(await tryOnce(signal).catch(() => false))) {
            options.log.warn('the lease could not be renewed', { error: asSluiceError(error).message });
          }
        }
      }
    },
    release: async (signal) => {
      if (last === null || specOf(last).holderIdentity !== holder) return;
      await write({ ...specOf(last), holderIdentity: '', leaseDurationSeconds: 1, renewTime: stamp() }, signal);
    },
  };
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
