import { findLocalCluster } from '../registry/targets.ts';
import { deliveryName, type Deliveries, type DeliveryPhase } from '../model/delivery.ts';
import { docKey } from '../model/documents.ts';
import type { RenderedApp } from '../model/rendered.ts';
import type { Problem } from '../model/source.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import { baseOf } from './plan-base.ts';
import { disruptedBy } from './plan-disruptive.ts';
import { groupChanges, plannedGuards, type ChangeGroup, type PlannedGuard } from './plan-diff.ts';
import { plannedDelivery, type PlannedDelivery } from './plan-waves.ts';
import { assertPreviewed, type PreviewOptions, type PreviewPorts } from './preview.ts';
import { judgeAlone, judgeByHub, type Judged } from './preview-judge.ts';
import { merged } from './preview-problems.ts';
import { readAfter, readBoth, type Read } from './preview-read.ts';

/** What a change would do. */
export interface ChangePlan {
  /** The commit whose documents it is compared with; null = there was nothing before. */
  readonly base: string | null;
  /** Deliveries of what changes that have not ended well, as a hub knows them: clusters may have less than those documents say. */
  readonly unfinished: readonly UnfinishedDelivery[];
  /** How many clusters there are. */
  readonly clusters: number;
  readonly groups: readonly ChangeGroup[];
  /** Applications that keep what they have for as long as they have errors. */
  readonly held: readonly string[];
  readonly deliveries: readonly PlannedDelivery[];
  /** Offline; a hub tells its own as problems. */
  readonly guards: readonly PlannedGuard[];
  /** What the change brings with it: problems that were there before are not told. */
  readonly problems: readonly Problem[];
}

/** A delivery that has not brought its content everywhere. */
export interface UnfinishedDelivery {
  /** `web#17`. */
  readonly name: string;
  readonly phase: DeliveryPhase;
}

export type PlanOptions = Pick<PreviewOptions, 'local' | 'hub' | 'signal'> & {
  /** The name of a commit; absent = what is not committed yet, else the last commit. */
  readonly base?: string | undefined;
};

/** Says what the newest state of a work tree would change, compared with one before it, and publishes nothing. Throws USAGE. */
export async function planChange(dir: string, options: PlanOptions, ports: PreviewPorts): Promise<ChangePlan> {
  await assertPreviewed(dir);
  const { base, local, hub, signal } = options;
  const both = await readBoth(dir, await baseOf(dir, base, ports, signal), ports, signal);
  const judge = (read: Read): Promise<Judged> =>
    hub === undefined
      ? judgeAlone(ports.cue, read, { local, signal })
      : judgeByHub(ports.cue, read, hub, { local, signal });
  const after = hub === undefined ? both.after : await readAfter(hub.state, dir, ports, signal);
  const [before, now] = [both.before === null ? null : await judge(both.before), await judge(after)];
  const former = before?.apps ?? [];
  const kept = keptApps(former, now);
  const apps = [...now.apps, ...kept];
  const groups = groupChanges(former, apps, disruptedBy(both.before?.fleet ?? null, after.fleet));
  const changed = new Set(groups.flatMap(({ changes }) => changes.map(({ app }) => app.split('@', 1)[0] ?? app)));
  const localCluster = localOf(options, now);
  const known = new Set(before?.problems.map(wordsOf));
  return {
    base: both.base,
    unfinished: unfinishedOf(hub?.state.deliveries, changed),
    clusters: now.targets.length,
    groups,
    held: [...new Set(kept.map(({ namespace, name }) => `${namespace}/${name}`))],
    deliveries: after.fleet.applications
      .filter(({ doc }) => changed.has(docKey(doc)))
      .map(({ doc }) => plannedDelivery(doc, { ...now, localCluster })),
    guards: hub === undefined ? plannedGuards(former, apps) : [],
    problems: merged(now.problems, after.fleet).filter((problem) => !known.has(wordsOf(problem))),
  };
}

function unfinishedOf(deliveries: Deliveries = new Map(), changed: ReadonlySet<string>): readonly UnfinishedDelivery[] {
  const records = [...deliveries.values()].filter(({ app, last }) => changed.has(app) && !endedWell.has(last.phase));
  return records.map((record) => ({ name: deliveryName(record), phase: record.last.phase }));
}

const endedWell: ReadonlySet<DeliveryPhase> = new Set(['succeeded', 'reverted']);

function localOf({ local, hub }: PlanOptions, { targets }: Judged): string | null {
  if (local !== undefined) return local;
  return hub === undefined ? 'local' : findLocalCluster(hub.localCluster, targets);
}

/** What was rendered before and is not now, where a hub changes nothing of it. */
function keptApps(before: readonly RenderedApp[], { apps, stays }: Judged): readonly RenderedApp[] {
  const there = new Set(apps.map(placeOf));
  const isKept = (app: RenderedApp) => stays.has(`${app.namespace}/${app.name}`) || stays.has(placeOf(app));
  return before.filter((app) => !there.has(placeOf(app)) && isKept(app));
}

function placeOf(app: RenderedApp): string {
  return `${appKey(app)} ${app.cluster}`;
}

function wordsOf({ code, message, app, cluster }: Problem): string {
  return JSON.stringify([code, message, app, cluster]);
}
