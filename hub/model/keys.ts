import type { SshSigner } from '../../shared/lib/sshsig.ts';
import type { Signer } from '../../shared/wire/envelope.ts';
import type { Root } from '../../shared/wire/root.ts';

/** A signed file of the channel: the payload's bytes and its signatures' bytes. */
export interface SignedBytes {
  readonly payload: Uint8Array;
  readonly signatures: Uint8Array;
}

/** What a hub signs with, and whom its channel believes. */
export interface HubKeys {
  readonly channel: string;
  readonly epoch: number;
  /** Signs bundles and freshness lists. */
  readonly hub: Signer;
  /** Signs ledger commits, with the same key. */
  readonly sign: SshSigner;
  /** Public keys whose ledger commits are believed: the hub keys of the newest root document. */
  readonly trusted: readonly string[];
  /** Every root document, version 1 first. */
  readonly roots: readonly SignedBytes[];
  readonly root: Root;
}
