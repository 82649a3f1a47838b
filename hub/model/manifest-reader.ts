import type { Code } from '../../shared/errors.ts';
import type { RawDocument } from './source.ts';

/** Why a manifest cannot be read, in words that name the place. */
export interface ManifestFault {
  readonly code: Code;
  readonly message: string;
}

/** Reads the documents of a manifest that a component names; never throws for its content. */
export type ManifestReader = (
  file: { readonly path: string; readonly text: string },
  signal: AbortSignal,
) => Promise<readonly RawDocument[] | ManifestFault>;
