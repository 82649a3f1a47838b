import type { CueEngine } from '../../hub/cue/engine.ts';

/** An engine whose worker does not start. */
export const noCue: CueEngine = {
  evaluate: () => Promise.reject(new Error('no worker starts')),
  forApplication: () => noCue,
  warm: () => Promise.resolve(),
  close: () => Promise.resolve(),
};
