import { docKey } from '../model/documents.ts';
import type { Fleet } from '../model/fleet.ts';
import type { RenderedApp } from '../model/rendered.ts';
import type { Place, Problem } from '../model/source.ts';
import { nameConflicts } from '../plan/conflicts.ts';
import { by } from '../../shared/lib/order.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { appKey, splitKey } from '../../shared/wire/bundle.ts';

/** Names that are shown of a long list. */
const shown = 3;

/**
 * A warning for all placements together that match no cluster here: without Cluster documents the hub alone knows the
 * clusters, and a placement may be right there.
 */
export function withoutClusters(problems: readonly Problem[], fleet: Fleet): readonly Problem[] {
  if (fleet.clusters.length > 0) return problems;
  const [first, ...more] = problems.filter(isUnmatched);
  if (first === undefined) return problems;
  const apps = [...new Set([first, ...more].flatMap(({ app }) => app ?? []))];
  const hint = 'the hub places them on the clusters that have joined: ask it with --hub';
  const message = `no Cluster document is here, so that placements are not looked at: ${list(apps)}`;
  const { place } = first;
  const all: Problem = {
    code: 'PLACEMENT_EMPTY',
    severity: 'warning',
    message,
    hint,
    ...(place !== undefined && { place }),
  };
  return problems.flatMap((problem) => (problem === first ? [all] : isUnmatched(problem) ? [] : [problem]));
}

/** By labels, or by the name of a cluster: placing finds no other reference. */
function isUnmatched({ code }: Problem): boolean {
  return code === 'PLACEMENT_EMPTY' || code === 'REFERENCE_NOT_FOUND';
}

/** The units of a cluster, each object that several of them share in the first by name alone. */
function sharedOnce(here: readonly RenderedApp[]): readonly RenderedApp[] {
  const taken = new Set<ObjectId>();
  return [...here].sort(by(appKey)).map((app) => {
    const objects = app.objects.filter(({ id, treatment }) => treatment?.isShared !== true || !taken.has(id));
    for (const { id, treatment } of objects) if (treatment?.isShared === true) taken.add(id);
    return { ...app, objects };
  });
}

/** Two units of a cluster that claim one id: the first by name keeps it. */
export function takenNames(apps: readonly RenderedApp[]): readonly Problem[] {
  return [...Map.groupBy(apps, ({ cluster }) => cluster)].flatMap(([cluster, here]) => {
    const units = new Map(sharedOnce(here).map((app) => [appKey(app), { app }]));
    return [...nameConflicts(units, new Map())].map(([app, { id, keeper }]): Problem => ({
      code: 'NAME_TAKEN',
      severity: 'error',
      message: `${id} belongs to ${keeper}`,
      hint: 'rename one of the two',
      app,
      cluster,
    }));
  });
}

/**
 * What people read of problems: each once, with the clusters that it is about, and each with a place. What a later look
 * finds at a place that has an error already only follows from it.
 */
export function merged(problems: readonly Problem[], fleet: Fleet): readonly Problem[] {
  const places = placesOf(fleet);
  const located = problems.map((problem) => {
    const place = problem.place ?? places.get(splitKey(problem.app ?? '').app);
    return place === undefined ? problem : { ...problem, place };
  });
  const groups = Map.groupBy(located, ({ code, severity, message, hint = '', app, place, cluster }) => {
    const words = [message, hint].map((text) => (cluster === undefined ? text : text.replaceAll(cluster, '*')));
    return JSON.stringify([code, severity, words, app, place]);
  });
  return [...groups.values()].flatMap(([first, ...more]) => (first === undefined ? [] : [together(first, more)]));
}

function together(first: Problem, more: readonly Problem[]): Problem {
  const clusters = [...new Set([first, ...more].flatMap(({ cluster }) => cluster ?? []))];
  if (clusters.length < 2) return first;
  const message = `${first.message} (on ${clusters.length} clusters: ${list(clusters)})`;
  const { code, severity, place, hint, app, revision } = first;
  return {
    code,
    severity,
    message,
    ...(place !== undefined && { place }),
    ...(hint !== undefined && { hint }),
    ...(app !== undefined && { app }),
    ...(revision !== undefined && { revision }),
  };
}

function list(names: readonly string[]): string {
  const rest = names.length - shown;
  return names.slice(0, shown).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** Where each unit (`namespace/name`) is written; a deployment wins over an application of its name. */
function placesOf({ applications, deployments }: Fleet): ReadonlyMap<string, Place> {
  return new Map(
    [...applications, ...deployments].map((sourced) => [docKey(sourced.doc), sourced.locate(['metadata', 'name'])]),
  );
}

/** Those of some problems that stand where no other error is. */
export function beside(problems: readonly Problem[], found: readonly Problem[]): readonly Problem[] {
  const at = (place: Place | undefined): string =>
    place === undefined ? '' : `${place.path}:${place.line}:${place.column}`;
  const taken = new Set(found.filter(({ severity }) => severity === 'error').map(({ place }) => at(place)));
  return problems.filter(({ place }) => place === undefined || !taken.has(at(place)));
}
