import type { Approval } from '../../shared/wire/approval.ts';
import type { Revision } from '../../shared/wire/revision.ts';
import type { FoundHold } from './hold.ts';
import type { Problem } from './source.ts';

/** The next bundle of one cluster: the revision without what publish adds, and the bytes of the objects that are new to it. */
export interface NextBundle {
  readonly cluster: string;
  readonly revision: Omit<Revision, 'issuedAt' | 'freshUntil' | 'ledger'>;
  /** Object file bytes by path: every object of the bundle that is not in the cluster's last bundle with the same digest. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** What planning decided: bundles to publish, and why units or clusters stay as they were published. */
export interface Plan {
  readonly next: readonly NextBundle[];
  readonly holds: readonly FoundHold[];
  /** Warnings: they hold nothing. */
  readonly problems: readonly Problem[];
  /** The approvals of the ledger that are still needed: not used yet, or named by a retired object. */
  readonly approvals: readonly Approval[];
}
