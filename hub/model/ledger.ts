export type { ClusterRecord } from './registry.ts';
export type { GuardedChange } from './guarded-change.ts';
export type { PublishedBundle } from './published-bundle.ts';
export type { SeenDocument } from './seen-documents.ts';
export type { State as LedgerState } from './state.ts';
