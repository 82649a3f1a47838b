import { indexOf } from '../model/app-index.ts';
import type { Stage } from '../model/delivery.ts';
import type { Live } from '../model/live.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { ReportRevision } from '../../shared/wire/report.ts';

/**
 * Replicas of what serves, and of the content that the delivery leads to, by their revisions: for an Application, of which no object
 * belongs to a revision. What both have counts for what serves until the content is wanted whole. Empty where no steps lead to it.
 */
export function copyRevisions(live: Live, stage: Stage): ReportRevision[] {
  const { wanted, app } = stage;
  const { from } = wanted;
  const [serving, coming] = [from?.revisions[0]?.name, wanted.revisions[0]?.name];
  if (from === undefined || serving === undefined || coming === undefined) return [];
  const isWhole = isPastSteps(stage);
  const [first, then] = isWhole ? [wanted, from] : [from, wanted];
  const known = new Set(first.objects.map(({ id }) => id));
  const own = app.objects.map(({ id }) => id).filter((id) => known.has(id));
  const others = then.objects.map(({ id }) => id).filter((id) => !known.has(id));
  const [ofServing, ofComing] = isWhole ? [others, own] : [own, others];
  return [
    ...podsOf(live, app, { name: serving, ids: ofServing }).filter(
      ({ ready, desired }) => !isWhole || ready + desired > 0,
    ),
    ...podsOf(live, app, { name: coming, ids: ofComing }),
  ];
}

/** True once the content is wanted whole: all steps are over, and it did not go back. */
function isPastSteps({ wanted: { delivery }, position }: Stage): boolean {
  return position?.returned === undefined && (position?.step ?? 0) >= (delivery?.steps.length ?? 0);
}

function podsOf(
  live: Live,
  app: Stage['app'],
  { name, ids }: { readonly name: string; readonly ids: readonly ObjectId[] },
): ReportRevision[] {
  const { replicas, digests } = indexOf(app);
  const counts = ids
    .filter((id) => digests.has(id))
    .flatMap((id) => {
      const [desired, pods] = [replicas.get(id), live.object(id)?.replicas ?? null];
      return desired === undefined && pods === null
        ? []
        : [{ ready: pods?.ready ?? 0, desired: desired ?? pods?.spec ?? 0 }];
    });
  if (counts.length === 0) return [];
  const sumOf = (member: 'ready' | 'desired') => counts.reduce((sum, one) => sum + one[member], 0);
  return [{ name, ready: sumOf('ready'), desired: sumOf('desired') }];
}
