import type { Approval, Revision } from '../../shared/wire/revision.ts';
import type { GuardedChange } from './ledger.ts';
import type { Problem } from './source.ts';

/** The next bundle of one cluster: the revision without what publish adds, and the bytes of the objects that are new to it. */
export interface NextBundle {
  readonly cluster: string;
  readonly revision: Omit<Revision, 'issuedAt' | 'freshUntil' | 'ledger'>;
  /** Object file bytes by path: every object of the bundle that is not in the cluster's last bundle with the same digest. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** What a pass decided: bundles to publish, changes that a guard stopped, and what is wrong. */
export interface Plan {
  readonly next: readonly NextBundle[];
  /** Changes of bundles that wait for approval, with those of the ledger that are no bundle's (SOURCE_REWOUND) left out. */
  readonly guarded: readonly GuardedChange[];
  /** The approvals of the ledger that are still needed: not used yet, or named by a retired object. */
  readonly approvals: readonly Approval[];
  readonly problems: readonly Problem[];
}
