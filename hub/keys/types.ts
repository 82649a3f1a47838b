import type { SshSigner } from './sshsig.ts';
import type { SignedBytes, Signer } from '../../shared/wire/envelope.ts';
import type { Root } from '../../shared/wire/root.ts';

/** The key that a hub signs with, and the keys that its channel trusts. */
export interface HubKeys {
  readonly channel: string;
  readonly epoch: number;
  /** Signs bundles and freshness lists. */
  readonly hub: Signer;
  /** Signs ledger commits, with the same key. */
  readonly sign: SshSigner;
  /** The hub keys of the newest root document: bundles and the ledger head are trusted when one of them signed. */
  readonly trusted: readonly string[];
  /** The hub keys of all root documents: one of them signed each commit below the head of the ledger. */
  readonly past: readonly string[];
  /** Every root document, version 1 first. */
  readonly roots: readonly SignedBytes[];
  readonly root: Root;
}
