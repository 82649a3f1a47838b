/** The spec of a Lease, as far as it matters here. */
export interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

/** What another holder wrote, and when that was first seen (monotonic): its clock says nothing to us. */
export interface Sighting {
  readonly text: string;
  readonly at: number;
}

/** The spec by which a holder takes or renews the Lease; `now` is in milliseconds since the epoch. */
export function claimed(
  spec: LeaseSpec,
  { holder, durationMs, now }: { readonly holder: string; readonly durationMs: number; readonly now: number },
): LeaseSpec {
  const isOurs = spec.holderIdentity === holder;
  return {
    holderIdentity: holder,
    leaseDurationSeconds: Math.ceil(durationMs / 1000),
    acquireTime: isOurs ? (spec.acquireTime ?? microTime(now)) : microTime(now),
    renewTime: microTime(now),
    leaseTransitions: (spec.leaseTransitions ?? 0) + (isOurs ? 0 : 1),
  };
}

/** The spec by which its holder gives the Lease back. */
export function released(spec: LeaseSpec, now: number): LeaseSpec {
  return { ...spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(now) };
}

/** The other holder's last renewal with when it was first seen; null when there is no other holder. */
export function sighted(spec: LeaseSpec, holder: string, last: Sighting, at: number): Sighting | null {
  const other = spec.holderIdentity ?? '';
  if (other === '' || other === holder) return null;
  const text = `${other} ${spec.renewTime ?? ''}`;
  return last.text === text ? last : { text, at };
}

/** True when the other holder did not renew the Lease for as long as it said. */
export function isExpired(spec: LeaseSpec, sighting: Sighting, at: number): boolean {
  return at - sighting.at >= (spec.leaseDurationSeconds ?? 15) * 1000;
}

function microTime(now: number): string {
  return new Date(now).toISOString().replace('Z', '000Z');
}
