import type { LedgerState } from './ledger.ts';

/** What a registry change or an approval makes of the ledger, and what it tells the caller. */
export interface Changed<T> {
  readonly state: LedgerState;
  readonly result: T;
}
