import { SluiceError } from '../../shared/errors.ts';
import { docKey, namespaceOf } from '../model/documents.ts';
import type { KubeObject } from '../../shared/model/object.ts';
import { inStages } from '../../shared/model/stages.ts';
import { assertFolder, isUrl } from '../config/location.ts';
import type { Fleet, RevisionHistory } from '../model/fleet.ts';
import type { Assignment, RenderedApp } from '../model/rendered.ts';
import type { Problem, SkippedDocument } from '../model/source.ts';
import { examine } from '../render/examine.ts';
import { judgeAlone, judgeByHub, type KnownHub } from './preview-judge.ts';
import { beside, merged } from './preview-problems.ts';
import { readAfter, readAlone, type ReadPorts } from './preview-read.ts';

/** What a preview needs: how folders and work trees are read, and the evaluator of templates. */
export type PreviewPorts = ReadPorts;

/** The part to preview; without `cluster` and `app` everything. `local` names the local cluster (default: `local`). */
export interface PreviewOptions {
  readonly cluster?: string | undefined;
  readonly app?: string | undefined;
  readonly local?: string | undefined;
  /** What a hub knows: the documents are judged as it would judge them. */
  readonly hub?: KnownHub | undefined;
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
  const { hub, local, signal } = options;
  const read = hub === undefined ? await readAlone(dir, ports, signal) : await readAfter(hub.state, dir, ports, signal);
  const { fleet, history, drafts, ignored, skipped } = read;
  const judged =
    hub === undefined
      ? await judgeAlone(ports.cue, read, { local, signal })
      : await judgeByHub(ports.cue, read, hub, { local, signal });
  const { targets, assignments, apps, problems } = judged;
  const unseen = unseenApplications(fleet, history, assignments);
  const examined = await examine(ports.cue, { fleet, applications: [...unseen, ...drafts] }, signal);
  const wanted = wantedApps(apps, fleet, options);
  const used = new Set(apps.map(({ cluster }) => cluster));
  const declared = new Set(fleet.clusters.map(({ doc }) => doc.metadata.name));
  const names = targets.map(({ name }) => name).filter((name) => declared.has(name) || used.has(name));
  if (options.cluster !== undefined && !names.includes(options.cluster)) {
    throw new SluiceError('USAGE', `there is no cluster ${options.cluster}`, { hint: `one of: ${names.join(', ')}` });
  }
  return {
    clusters: names
      .filter((name) => options.cluster === undefined || options.cluster === name)
      .map((name) => clusterOf(name, wanted)),
    problems: merged([...problems, ...beside(examined, problems)], fleet),
    ignored,
    skipped,
    assumed: hub === undefined && local === undefined ? assumedLocal(fleet, assignments) : null,
  };
}

/** Throws USAGE for what is not a folder. */
export async function assertPreviewed(dir: string): Promise<void> {
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
