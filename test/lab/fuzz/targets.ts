import type { Target } from './target.ts';
import { cli } from './targets/cli.ts';
import { cue, documents, glob, site, yaml } from './targets/documents.ts';
import { pack, pktLine, tree } from './targets/git.ts';
import { feedAnswer, joinLine, report } from './targets/wire.ts';

/** Everything that is fuzzed. */
export const targets: readonly Target[] = [
  ...[pktLine, pack, tree],
  ...[report, feedAnswer, joinLine],
  ...[yaml, documents, glob, cue, site, cli],
];
