import type { Digest } from '../../../shared/lib/canonical.ts';
import { isOfRun, runOf } from '../../model/analysis-run.ts';
import type { Position } from '../../model/delivery.ts';
import type { Finish, Inventory, InventoryEntry } from '../../model/inventory.ts';
import type { Live } from '../../model/live.ts';
import { parseObjectId, type ObjectId } from '../../../shared/model/object.ts';
import type { AnalysisCheck, AppContent, BundleApp, DeliveryStep } from '../../../shared/wire/revision.ts';
import type { Judged } from './analysis.ts';
import type { StageKind } from './parts.ts';

type JobCheck = Extract<AnalysisCheck, { readonly job: ObjectId }>;

/** The checks of a step that a Job answers. */
export function jobChecks(step: DeliveryStep | undefined): readonly JobCheck[] {
  return step?.type === 'analysis' ? step.checks.flatMap((check) => ('job' in check ? [check] : [])) : [];
}

/** For how many seconds a step waits for its Jobs before it says that they are late; 0 = it has none. */
export function jobSeconds(step: DeliveryStep): number {
  return Math.max(0, ...jobChecks(step).map(({ timeoutSeconds }) => timeoutSeconds));
}

/**
 * What serves, without the Jobs that steps ask (pure): while a delivery is under way these are made by their step alone, and what was made stays as it
 * is, also on the way back. So does what an analysis of another delivery, or steps of before, made with another content: to put that of what serves in its
 * place would run it again, and the server refuses it.
 */
export function withoutJobs<C extends AppContent>(content: C, steps: readonly DeliveryStep[], entries: Inventory): C {
  const asked = new Set(steps.flatMap(jobChecks).map(({ job }) => job));
  const isMade = (id: ObjectId, digest: Digest): boolean => {
    const entry = entries.get(id);
    return entry !== undefined && isOfRun(entry.nonce) && entry.applied !== digest;
  };
  const objects = content.objects.filter(({ id, digest }) => !asked.has(id) && !isMade(id, digest));
  return objects.length === content.objects.length ? content : { ...content, objects };
}

/** The Jobs that are to be of one run, with its name (pure): those of the step; after the last step, those that have another content still, because their step was left out. */
export function runsAt(
  { delivery, objects }: Pick<BundleApp, 'delivery' | 'objects'>,
  { kind, position }: { readonly kind: StageKind; readonly position: Position | null },
  entries: Inventory,
): ReadonlyMap<ObjectId, string> {
  const steps = delivery?.steps ?? [];
  if (position === null || kind === 'serving') return new Map();
  const asked = kind === 'step' ? jobChecks(steps[position.step]) : steps.flatMap(jobChecks);
  const digests = new Map(objects.map(({ id, digest }) => [id, digest]));
  const isOther = (id: ObjectId): boolean => {
    const applied = entries.get(id)?.applied ?? null;
    return applied !== null && applied !== digests.get(id);
  };
  const run = runOf(position);
  return new Map(asked.filter(({ job }) => kind === 'step' || isOther(job)).map(({ job }) => [job, run]));
}

/** What the Jobs of a step are judged by. */
export interface JobFacts {
  readonly position: Position;
  readonly at: number;
  readonly inventory: Inventory;
  readonly live: Pick<Live, 'object'>;
}

/**
 * Judges an analysis by the Jobs of this run (pure): one that failed fails it, and it has passed once all of them are complete. A Job without an end,
 * or whose end was not seen, proves nothing: it waits, and says so.
 */
export function judgeJobs(step: DeliveryStep | undefined, facts: JobFacts): Judged {
  const all = jobChecks(step).map((check) => ({ check, end: endOf(check, facts) }));
  const failed = all.find(({ end }) => end.kind === 'failed');
  const open = all.find(({ end }) => end.kind === 'open');
  const left = all.flatMap(({ check, end }) =>
    end.kind === 'open' ? [check.timeoutSeconds * 1_000 - facts.position.waitedMs] : [],
  );
  const later = left.filter((ms) => ms > 0);
  const textOf = (one: (typeof all)[number] | undefined, verb: string): string =>
    `analysis ${one?.check.name ?? ''}${verb}: ${one?.end.words ?? ''}`;
  return {
    verdict:
      failed === undefined
        ? { kind: open === undefined ? 'passed' : 'open' }
        : { kind: 'failed', why: textOf(failed, ' failed') },
    unsure: open === undefined ? null : textOf(open, ''),
    due: [],
    dueAt: later.length === 0 ? null : facts.at + Math.min(...later),
  };
}

/** How the Job of a check stands, in words. */
interface End {
  readonly kind: 'completed' | 'failed' | 'open';
  readonly words: string;
}

function endOf({ job, timeoutSeconds }: JobCheck, { position, inventory, live }: JobFacts): End {
  const { kind, name } = parseObjectId(job);
  const entry = inventory.get(job);
  const seen = live.object(job);
  const said = (of: End['kind'], words: string): End => ({ kind: of, words: `${kind}/${name}${words}` });
  if (entry?.adopted === true) return said('open', ' was there before: delete it to have it run');
  if (entry === undefined || !isOfRun(entry.nonce, runOf(position))) return said('open', ' is not made yet');
  const own = seen?.uid === entry.uid ? seen : undefined;
  if (own === undefined) return said(...goneEnd[finishedAs(entry)]);
  if (own.finish !== undefined) return said(own.finish, `: ${own.message}`);
  const isLate = position.waitedMs >= timeoutSeconds * 1_000;
  return said('open', isLate ? ` has not come to its end in ${timeoutSeconds} s: ${own.message}` : `: ${own.message}`);
}

/** How one ended that is not there. */
const goneEnd: Readonly<Record<Finish['how'] | 'running', readonly [End['kind'], string]>> = {
  completed: ['completed', ''],
  failed: ['failed', ' failed, and was removed since'],
  unseen: ['open', ' was removed, and its end was not seen: `sluice-hub rollout retry` runs it again'],
  running: ['open', ': not there yet'],
};

function finishedAs({ finished, applied }: InventoryEntry): Finish['how'] | 'running' {
  return finished !== undefined && finished.digest === applied ? finished.how : 'running';
}
