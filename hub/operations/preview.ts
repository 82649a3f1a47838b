import { SluiceError } from '../../shared/errors.ts';
import { by } from '../../shared/lib/order.ts';
import { docKey, namespaceOf } from '../model/documents.ts';
import type { KubeObject } from '../../shared/model/object.ts';
import { inStages } from '../../shared/model/stages.ts';
import { assertFolder, isUrl } from '../config/location.ts';
import { readHistory, type HistoryPorts } from '../load/folder.ts';
import type { Fleet, RevisionHistory, Target, Validated } from '../model/fleet.ts';
import type { FoundHold } from '../model/hold.ts';
import { tellProblems } from '../model/problems.ts';
import type { Assignment, RenderedApp } from '../model/rendered.ts';
import type { SeenDocument } from '../model/seen-documents.ts';
import type { Problem, SkippedDocument } from '../model/source.ts';
import { place } from '../place/place.ts';
import type { CueEngine } from '../cue/engine.ts';
import { examine } from '../render/examine.ts';
import { render } from '../render/render.ts';
import { emptyHistory, pinnedFiles, recordRevisions } from '../render/revisions.ts';
import { beside, merged, takenNames, withoutClusters } from './preview-problems.ts';
import { keepMissing } from '../validate/missing.ts';
import { validate } from '../validate/validate.ts';

/** What a preview needs: how folders and work trees are read, and the evaluator of templates. */
export interface PreviewPorts extends HistoryPorts {
  readonly cue: CueEngine;
}

/** The part to preview; without `cluster` and `app` everything. `local` names the local cluster (default: `local`). */
export interface PreviewOptions {
  readonly cluster?: string | undefined;
  readonly app?: string | undefined;
  readonly local?: string | undefined;
  readonly signal: AbortSignal;
}

/** What one cluster would run: its applications as they would be delivered, and all their objects in the order in which the agent applies them. */
export interface PreviewCluster {
  readonly name: string;
  readonly objects: readonly KubeObject[];
  readonly apps: readonly RenderedApp[];
}

/** The answer of a preview: every cluster, also those that get nothing, and every problem. */
export interface Preview {
  readonly clusters: readonly PreviewCluster[];
  readonly problems: readonly Problem[];
  /** The number of YAML documents of other kinds. */
  readonly ignored: number;
  /** Those of them that are told one by one. */
  readonly skipped: readonly SkippedDocument[];
  /** Said when it is only assumed which cluster is the local one. */
  readonly assumed: Problem | null;
}

/**
 * Loads, validates, places and renders a folder or Git work tree without a server. A work tree's commits give the same
 * revisions as the hub's; a plain folder has the newest alone. Throws USAGE for a folder, cluster or application that is not
 * there.
 */
export async function previewFolder(dir: string, options: PreviewOptions, ports: PreviewPorts): Promise<Preview> {
  await assertPreviewed(dir);
  const { fleet, history, drafts, problems, ignored, skipped, isShallow } = await readRevisions(
    dir,
    ports,
    options.signal,
  );
  const localCluster = options.local ?? 'local';
  const targets = targetsOf(fleet, localCluster);
  const placed = place({ fleet, history, targets, picks: new Map(), previous: [], localCluster, provisional: true });
  const rendered = await render(
    ports.cue,
    { fleet, history, assignments: placed.assignments, targets },
    options.signal,
  );
  const faults = [
    ...problems,
    ...withoutClusters(tellProblems([placed]), fleet).map((problem) => withoutHistory(problem, isShallow)),
    ...tellProblems([rendered]),
    ...takenNames(rendered.apps),
  ];
  const unseen = unseenApplications(fleet, history, placed.assignments);
  const examined = await examine(ports.cue, { fleet, applications: [...unseen, ...drafts] }, options.signal);
  const wanted = wantedApps(rendered.apps, fleet, options);
  const used = new Set(rendered.apps.map(({ cluster }) => cluster));
  const declared = new Set(fleet.clusters.map(({ doc }) => doc.metadata.name));
  const names = targets.map(({ name }) => name).filter((name) => declared.has(name) || used.has(name));
  if (options.cluster !== undefined && !names.includes(options.cluster)) {
    throw new SluiceError('USAGE', `there is no cluster ${options.cluster}`, { hint: `one of: ${names.join(', ')}` });
  }
  return {
    clusters: names
      .filter((name) => options.cluster === undefined || options.cluster === name)
      .map((name) => clusterOf(name, wanted)),
    problems: merged([...faults, ...beside(examined, faults)], fleet),
    ignored,
    skipped,
    assumed: options.local === undefined ? assumedLocal(fleet, placed.assignments) : null,
  };
}

async function assertPreviewed(dir: string): Promise<void> {
  if (isUrl(dir)) {
    const hint = 'clone it, and name a folder or a Git work tree';
    throw new SluiceError('USAGE', 'a preview cannot read a URL', { subject: dir, hint });
  }
  await assertFolder(dir, 'USAGE');
}

// A hub without a local cluster holds what is placed there.
function assumedLocal(
  { applications, deployments, clusters }: Fleet,
  assignments: readonly Assignment[],
): Problem | null {
  const units = new Set(assignments.filter(({ cluster }) => cluster === 'local').map(({ unit }) => unit));
  const sourced = [...deployments, ...applications].find(({ doc }) => units.has(docKey(doc)));
  if (sourced === undefined || clusters.some(({ doc }) => doc.metadata.name === 'local')) return null;
  return {
    code: 'LOCAL_CLUSTER_UNSET',
    severity: 'warning',
    message: `placements without a selector (${units.size} here) mean the local cluster, which nothing names: taken as "local"`,
    place: sourced.locate(['metadata', 'name']),
    hint: 'name it with --local or localCluster of --config; a hub without one, and without a cluster named local, holds them',
  };
}

// What goes to no cluster is not rendered, and may be wrong all the same.
function unseenApplications(fleet: Fleet, { newest }: RevisionHistory, assignments: readonly Assignment[]) {
  const seen = new Set(assignments.map(({ unit, revision }) => `${unit.slice(0, unit.indexOf('/'))}/${revision}`));
  return fleet.applications.filter(({ doc }) => {
    const key = docKey(doc);
    const isKept = fleet.frozen.has(`Application ${key}`);
    return !isKept && !seen.has(`${namespaceOf(doc)}/${newest.get(key) ?? ''}`);
  });
}

// Whether there is such a revision cannot be told without the commits that made it.
function withoutHistory(problem: Problem, isShallow: boolean): Problem {
  if (problem.code !== 'REVISION_NOT_FOUND' || !isShallow) return problem;
  const message = `${problem.message}: a shallow clone has not all revisions`;
  return { ...problem, code: 'SOURCE_UNAVAILABLE', message, hint: 'fetch all of it (fetch-depth: 0)' };
}

interface Read {
  readonly fleet: Fleet;
  readonly history: RevisionHistory;
  readonly drafts: NonNullable<Validated['drafts']>;
  readonly problems: readonly Problem[];
  readonly ignored: number;
  readonly skipped: readonly SkippedDocument[];
  readonly isShallow: boolean;
}

// Old commits give revisions; only the problems of the newest state count.
async function readRevisions(dir: string, ports: HistoryPorts, signal: AbortSignal): Promise<Read> {
  let read: Read | null = null;
  let history = emptyHistory;
  let seen: readonly SeenDocument[] = [];
  for await (const snapshot of readHistory(dir, ports, signal)) {
    const pinned = pinnedFiles(history);
    const validated = validate(snapshot);
    const { drafts = [] } = validated;
    const kept = keepMissing({ seen, validated, snapshot, pinned, approvals: [], now: '' });
    // Which clusters have left is the hub's to know.
    seen = kept.documents.filter(({ kind }) => kind !== 'Cluster');
    history = recordRevisions(history, kept.fleet);
    const problems = tellProblems([{ problems: kept.problems, holds: kept.holds.map(withoutChange) }]);
    const { ignored, skipped = [], isShallow = false } = snapshot;
    read = { fleet: kept.fleet, history, drafts, problems, ignored, skipped, isShallow };
  }
  if (read === null) throw new SluiceError('SOURCE_EMPTY', 'there is nothing to read', { path: dir });
  return read;
}

// The hub alone has the change that can be approved.
function withoutChange(hold: FoundHold): Pick<FoundHold, 'problems'> {
  if (hold.change === undefined) return hold;
  const hint = 'mend that, or leave it out with `exclude`; until then a hub waits for an approval';
  return { problems: (hold.problems ?? []).map((problem) => ({ ...problem, hint })) };
}

// A local cluster needs no document.
function targetsOf(fleet: Fleet, localCluster: string): readonly Target[] {
  const targets = fleet.clusters.map(({ doc }) => ({
    name: doc.metadata.name,
    labels: doc.metadata.labels ?? {},
    capabilities: doc.spec?.capabilities ?? null,
  }));
  const isThere = targets.some(({ name }) => name === localCluster);
  return [...targets, ...(isThere ? [] : [{ name: localCluster, labels: {}, capabilities: null }])].sort(
    by(({ name }) => name),
  );
}

// `--app` is the name of a deployment or of the Application behind it, with or without its namespace.
function wantedApps(
  apps: readonly RenderedApp[],
  fleet: Fleet,
  { app: wanted }: PreviewOptions,
): readonly RenderedApp[] {
  if (wanted === undefined) return apps;
  const found = apps.filter((app) => {
    const names = [app.name, ...app.revisions.map((revision) => revision.replace(/-v\d+$/, ''))];
    return names.some((name) => wanted === name || wanted === `${app.namespace}/${name}`);
  });
  const names = [...fleet.applications, ...fleet.deployments].map(({ doc }) => docKey(doc));
  if (found.length === 0 && !names.some((key) => key === wanted || key.endsWith(`/${wanted}`))) {
    throw new SluiceError('USAGE', `there is no application ${wanted}`, { hint: `one of: ${names.join(', ')}` });
  }
  return found;
}

function clusterOf(name: string, apps: readonly RenderedApp[]): PreviewCluster {
  const here = apps.filter(({ cluster }) => cluster === name);
  const objects = inStages(here.flatMap((app) => app.objects)).flat();
  return { name, apps: here, objects: objects.map(({ object }) => object) };
}
