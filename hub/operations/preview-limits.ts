import { appKey } from '../../shared/wire/bundle.ts';
import { formats } from '../../shared/wire/formats.ts';
import type { RenderedApp } from '../model/rendered.ts';
import type { Problem } from '../model/source.ts';
import { overflow, overflowWords } from '../plan/conflicts.ts';
import { entryOf, unencodedProblem, type Entry } from '../plan/entry.ts';
import { unitSize } from '../plan/sizes.ts';

const format = formats.revision.at(formats.revision.newest);

/** What is too large for the bundle of its cluster, as a hub says it of an agent that reads the newest format. Pure. */
export function tooLarge(apps: readonly RenderedApp[]): readonly Problem[] {
  return [...Map.groupBy(apps, ({ cluster }) => cluster)].flatMap(([cluster, here]) => tooLargeOn(cluster, here));
}

function tooLargeOn(cluster: string, apps: readonly RenderedApp[]): readonly Problem[] {
  const problems: Problem[] = [];
  const left = new Map<string, Entry>();
  for (const app of apps) {
    try {
      left.set(appKey(app), entryOf(app, format));
    } catch (error) {
      problems.push(unencodedProblem(app, error));
    }
  }
  const { limits } = format;
  for (;;) {
    const sum = overflow(left, new Map(), { limits, sizeOf: (entry) => unitSize(entry, format, () => 0) });
    const { unit: app } = sum;
    if (app === null) return problems;
    problems.push({ code: 'LIMIT_EXCEEDED', message: overflowWords(sum, limits), app, cluster, severity: 'error' });
    left.delete(app);
  }
}
