/** Public keys (raw, base64url), and how many of them must have signed. */
export interface Threshold {
  readonly keys: readonly string[];
  readonly threshold: number;
}

/** The payload of root/N.json: the keys that a channel trusts. Signed by the root keys of N-1 and of N. */
export interface Root {
  readonly format: number;
  readonly channel: string;
  readonly version: number;
  readonly epoch: number;
  readonly roots: Threshold;
  readonly hubs: { readonly keys: readonly string[] };
  /** With a threshold of 0, the hub's own approval counts. */
  readonly approvers: Threshold;
}
