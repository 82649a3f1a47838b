import type { Digest } from '../../shared/lib/canonical.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';

/** The content of an object as it was applied, by a bundle that is not the accepted one any more. */
export interface ServedObject {
  readonly app: BundleApp;
  /** Its file is among the contents. */
  readonly digest: Digest;
}
