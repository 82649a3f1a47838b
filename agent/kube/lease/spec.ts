/** The spec of a Lease, as far as it matters here. */
export interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

/** A renewal by another holder, and when it was first seen (monotonic): the clock of the other holder does not count here. */
export interface Renewal {
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

/** The last renewal by another holder; null when there is no other holder. */
export function otherRenewal(spec: LeaseSpec, holder: string, last: Renewal, at: number): Renewal | null {
  const other = spec.holderIdentity ?? '';
  if (other === '' || other === holder) return null;
  const text = `${other} ${spec.renewTime ?? ''}`;
  return last.text === text ? last : { text, at };
}

/** True when the other holder did not renew the Lease for the duration that it wrote. */
export function isExpired(spec: LeaseSpec, renewal: Renewal, at: number): boolean {
  return at - renewal.at >= (spec.leaseDurationSeconds ?? 15) * 1000;
}

function microTime(now: number): string {
  return new Date(now).toISOString().replace('Z', '000Z');
}
