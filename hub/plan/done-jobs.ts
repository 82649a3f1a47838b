import { factsOf } from '../../shared/model/kinds.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { RevisionFormat } from '../../shared/wire/formats/format.ts';
import type { BundleApp, BundleObject } from '../../shared/wire/revision.ts';
import { askedJobs } from './analysis-jobs.ts';
import type { Entry } from './entry.ts';
import { previousRevision, type ClusterInput } from './input.ts';

type Facts = Pick<ClusterInput, 'state' | 'record' | 'takenBack' | 'format'>;

/**
 * What a cluster had before comes back without running its Jobs again: of those, the ones that are there stay as they are, and the others stay away; so do
 * those that steps asked, which have another content by then.
 */
export function withoutDoneJobs({ state, record, takenBack, format }: Facts): (entry: Entry) => Entry {
  const before = new Map(previousRevision(state, record)?.apps.map((app) => [appKey(app), app]));
  return (entry) => {
    const key = appKey(entry.app);
    const previous = before.get(key);
    if (previous === undefined || takenBack?.get(key)?.hadIt !== true) return entry;
    return entry.app.objects.some(isJob) ? withJobsOf(previous, entry, format) : entry;
  };
}

function isJob({ id }: Pick<BundleObject, 'id'>): boolean {
  return factsOf(id).runsToItsEnd;
}

function withJobsOf({ objects, from, delivery }: BundleApp, entry: Entry, format: Pick<RevisionFormat, 'seal'>): Entry {
  // While steps run, what serves has its Jobs still, but for those that analyses may have made anew.
  const asked = askedJobs(delivery?.steps ?? []);
  const there = [...objects, ...(from?.objects ?? [])].filter((one) => isJob(one) && !asked.has(one.id));
  const known = new Map(there.map((job) => [job.id, job]));
  const own = entry.app.objects;
  const kept = own.flatMap((object) => (isJob(object) ? (known.get(object.id) ?? []) : [object]));
  if (kept.length === own.length && kept.every(({ digest }, at) => digest === own[at]?.digest)) return entry;
  const isKept = new Set(kept.map(({ id }) => id));
  const reduced = <T extends Pick<BundleApp, 'revisions'>>(content: T): T & Pick<BundleApp, 'objects'> => ({
    ...content,
    objects: kept,
    revisions: content.revisions.map((one) => ({ ...one, objects: one.objects.filter((id) => isKept.has(id)) })),
  });
  const app = format.seal(reduced(entry.app));
  return { ...entry, app, ...(entry.content !== undefined && { content: reduced(entry.content) }) };
}
