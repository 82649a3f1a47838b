import { oncePerValue } from '../../shared/lib/memo.ts';
import { by, byCodeUnit } from '../../shared/lib/order.ts';
import { mapping, type Work } from '../../shared/lib/slices.ts';
import { deletionLimit } from '../../shared/model/limits.ts';
import { appKey, splitKey } from '../../shared/wire/bundle.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import type { GuardedChange } from '../model/guarded-change.ts';
import { holdOf, type FoundHold } from '../model/hold.ts';
import type { ClusterRecord } from '../model/registry.ts';
import type { RenderedApp } from '../model/rendered.ts';
import { findApproval, waitingChange, waitingOn } from '../model/waiting-change.ts';
import { departuresFrom, successorsOn, type DepartureInput } from './departures.ts';
import { heldUnits } from './held-units.ts';
import { renderedOn } from '../model/rendered-on.ts';
import { nextGeneration, previousRevision } from './input.ts';

/** What the guard of the whole fleet judges by. */
export interface FleetGuardInput extends DepartureInput {
  readonly rendered: readonly Pick<RenderedApp, 'namespace' | 'name' | 'cluster'>[];
  readonly holds: readonly Pick<FoundHold, 'app' | 'cluster' | 'by'>[];
  readonly now: string;
}

/** An application that would leave a cluster as a whole, at once. */
interface Leaving {
  readonly unit: string;
  readonly record: ClusterRecord;
}

/**
 * Holds applications that would leave more than max(10, 20 %) of the clusters in one pass: a push that removes their documents, or
 * that takes the clusters off their lists, is one change then, which waits for an approval and keeps them where they are. What
 * waits for another reason is not counted, nor what another application of the cluster takes over. From clusters that are not
 * `changed` nothing leaves. Pure, as work.
 */
export function* guardingFleet(
  input: FleetGuardInput,
  changed: readonly ClusterRecord[] = [...input.state.clusters.values()],
): Work<FoundHold[]> {
  const { state } = input;
  const served = servedIn(state.clusters);
  const removed = approvedDocuments(input);
  const staying = changed.filter(({ revoked, decommission }) => !revoked && decommission === null);
  const found = yield* mapping(staying, clusterUnits, (record) => leavingFrom(input, record));
  const leaving = found
    .flat()
    .filter(({ unit }) => !removed.has(splitKey(unit).app))
    .sort(by(({ unit, record }) => pairOf(unit, record.name)));
  const clusters = new Set(leaving.map(({ record }) => record.name)).size;
  if (clusters <= deletionLimit(served)) return [];
  const change = openChange(input, leaving);
  return change === null ? [] : holdsOf(leaving, { change, clusters, of: served });
}

/** What looking at a cluster costs, in units of a slice. */
const clusterUnits = 4;

const servedIn = oncePerValue(
  (clusters: FleetGuardInput['state']['clusters']) => [...clusters.values()].filter(({ revoked }) => !revoked).length,
);

function leavingFrom(input: FleetGuardInput, record: ClusterRecord): Leaving[] {
  const { state, holds } = input;
  const { name } = record;
  const apps = previousRevision(state, record)?.apps ?? [];
  const rendered = new Set(renderedOn(input.rendered, name).map(appKey));
  const gone = apps.filter((app) => !rendered.has(appKey(app)));
  if (gone.length === 0) return [];
  const held = heldUnits(holds, name, state);
  const departures = departuresFrom(input, record);
  const isJudged = judgedHere(input, name);
  return gone
    .filter((app) => app.objects.length > 0 && successorsOn(input, app, name).length === 0)
    .filter((app) => !held.has(appKey(app)) && !departures.has(appKey(app)) && !isJudged(app))
    .map((app) => ({ unit: appKey(app), record }));
}

/** The units whose missing documents a person gave up just now, wherever they run. */
function approvedDocuments({ state: { guarded, approvals } }: FleetGuardInput): ReadonlySet<string> {
  const approved = new Set(approvals.map(({ change }) => change));
  const given = guarded.filter(({ code, change }) => code === 'SOURCE_REWOUND' && approved.has(change));
  return new Set(given.flatMap(({ ids }) => ids.map((id) => id.split('/').slice(-2).join('/'))));
}

/** The units that a guard of their cluster judges already: an approval of the fleet's change was not enough for them. */
function judgedHere({ state }: FleetGuardInput, name: string): (app: BundleApp) => boolean {
  const waiting = waitingOn(state.guarded, name);
  const ids = new Set(waiting.flatMap((change) => change.ids));
  return (app) => waiting.some((change) => change.app === appKey(app)) || app.objects.some(({ id }) => ids.has(id));
}

/** The change that waits; null once it was approved, for these clusters and no application more. */
function openChange({ state, now }: FleetGuardInput, leaving: readonly Leaving[]): GuardedChange | null {
  const ids = leaving.map(({ unit, record }) => pairOf(unit, record.name));
  const facts = {
    channel: state.channel,
    // Of no cluster alone: the registrations are in it, so that an approval never serves for the next owner of a name.
    registration: [...new Set(leaving.map(({ record }) => record.registration))].sort(byCodeUnit).join(' '),
    cluster: null,
    generation: Math.max(...leaving.map(({ record }) => nextGeneration({ state, record }))),
    waiting: waitingOn(state.guarded, null).filter(({ code }) => code === 'MASS_DELETE'),
    approvals: state.approvals,
    now,
  };
  return findApproval(ids, facts) === null ? waitingChange({ code: 'MASS_DELETE', app: null, ids }, facts) : null;
}

function holdsOf(
  leaving: readonly Leaving[],
  { change, clusters, of }: { readonly change: GuardedChange; readonly clusters: number; readonly of: number },
): FoundHold[] {
  const units = [...new Set(leaving.map(({ unit }) => unit))];
  const more = units.length > 3 ? ` and ${units.length - 3} more` : '';
  const message = `${units.slice(0, 3).join(', ')}${more} would leave ${clusters} of ${of} clusters at once: all stay where they are`;
  const hint = `bring the documents and placements back, or run: sluice-hub approve ${change.change}`;
  const told = { code: 'MASS_DELETE', message, hint, severity: 'error' } as const;
  return leaving.map(({ unit, record }) => holdOf('guard', told, { app: unit, cluster: record.name, change }));
}

function pairOf(unit: string, cluster: string): string {
  return `${unit} on ${cluster}`;
}
