import type { RenderedByCluster } from '../model/rendered-on.ts';
import type { RenderedFleet } from '../model/rendered.ts';
import type { RevisionMemo } from './each-revision.ts';
import type { Everywhere } from './everywhere.ts';
import { createRoundMemo } from './round-memo.ts';
import type { Elsewhere } from './written-names.ts';

/** Results of the last render, so that an application that did not change is not rendered again. */
export interface RenderMemory {
  readonly revisions: RevisionMemo;
  /** What each unit is on all of its clusters. */
  everywhere: ReadonlyMap<string, Everywhere>;
  /** The same by cluster. */
  byCluster: RenderedByCluster | null;
  /** Which ids as they are written other units have, and what that was made of. */
  elsewhere: { readonly from: readonly unknown[]; readonly found: Elsewhere } | null;
  /** All of the last render, with the values that it was made from; null where some of it is to be tried again, or takes what clusters tell. */
  whole: { readonly from: readonly unknown[]; readonly rendered: RenderedFleet } | null;
}

/** An empty memory. */
export function newRenderMemory(): RenderMemory {
  return { revisions: createRoundMemo(), everywhere: new Map(), byCluster: null, elsewhere: null, whole: null };
}
