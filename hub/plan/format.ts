import { oncePerValue } from '../../shared/lib/memo.ts';
import { formats } from '../../shared/wire/formats.ts';
import type { RevisionFormat, UnsealedApp } from '../../shared/wire/formats/format.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { BundleApp, Revision } from '../../shared/wire/revision.ts';
import { holdOf, type FoundHold } from '../model/hold.ts';
import type { ClusterRecord } from '../model/registry.ts';

/** The format of a cluster's next bundle: the highest that its agent reads. */
export function bundleFormat({ reads }: Pick<ClusterRecord, 'reads'>): RevisionFormat {
  const { highestFor, lowest, at } = formats.revision;
  return at(highestFor(reads?.revision ?? lowest) ?? lowest);
}

/**
 * The format that a cluster's next bundle is planned in: that of the last one, so that another format alone is never taken for a
 * change; the bundle is then put into the format that its agent reads.
 */
export function planningFormat(previous: Pick<Revision, 'format'> | null, record: Pick<ClusterRecord, 'reads'>) {
  return previous === null ? bundleFormat(record) : formats.revision.at(previous.format);
}

/**
 * An application as a format names it: a pure function of what it is. `sizeOf` is asked for objects that were published in a
 * format without sizes.
 */
export function inFormat(app: UnsealedApp, format: RevisionFormat, sizeOf: (path: string) => number): BundleApp {
  if (format.hasDocuments && app.objects.some(({ bytes }) => bytes === undefined)) {
    return format.seal(withSizes(app, sizeOf));
  }
  const known = sealedIn(app);
  const sealed = known.get(format.number) ?? format.seal(app);
  known.set(format.number, sealed);
  return sealed;
}

/** By the number of the format: one application is the same on many clusters. */
const sealedIn = oncePerValue<UnsealedApp, Map<number, BundleApp>>(() => new Map());

/** An application whose objects have sizes. */
export function withSizes(app: UnsealedApp, sizeOf: (path: string) => number): UnsealedApp {
  const objects = app.objects.map((one) => (one.bytes === undefined ? { ...one, bytes: sizeOf(one.path) } : one));
  return { ...app, objects };
}

/** True when the agent does not read the format of its published bundle any more: that is a reason for the next one. */
export function isAboveAgent(previous: Pick<Revision, 'format'> | null, record: Pick<ClusterRecord, 'reads'>): boolean {
  return previous !== null && previous.format > bundleFormat(record).number;
}

/** The hold of an application that a format cannot say (AGENT_TOO_OLD); null when it can. */
export function agentTooOld(
  format: Pick<RevisionFormat, 'number' | 'lacks'>,
  app: UnsealedApp,
  cluster: string,
): FoundHold | null {
  const lacking = format.lacks(app);
  if (lacking === null) return null;
  const unit = { app: appKey(app), cluster };
  const message = `the agent of ${cluster} reads bundles of format ${format.number} only: ${lacking} needs a newer agent`;
  return holdOf(
    'agent',
    { code: 'AGENT_TOO_OLD', message, hint: 'upgrade the agent', ...unit, severity: 'error' },
    unit,
  );
}
