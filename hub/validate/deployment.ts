import { annotation } from '../../shared/model/names.ts';
import { isRevisionOnly, namespaceOf, type AppRevision, type ApplicationDeployment } from '../model/documents.ts';
import { placesItself } from '../workflow/compile.ts';
import { checkAnalysisJobs } from './analysis-jobs.ts';
import type { References } from './references.ts';
import { checkDerived, checkLabels, checkName } from './names.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import { suggestion } from './problems.ts';
import { checkRollout } from './rollout.ts';
import { checkTraffic } from './traffic.ts';

/** Checks an ApplicationDeployment beyond its shape: revisions, placements, traffic, rollout. */
export function checkDeployment(doc: ApplicationDeployment, references: References, reporter: Reporter): void {
  checkName('label', doc.metadata.name, ['metadata', 'name'], reporter);
  if (doc.spec.appRevisions.length === 0) {
    const message = 'no revision is listed: nothing of it is delivered';
    reporter.warn('PLACEMENT_EMPTY', ['spec', 'appRevisions'], message, 'list a revision, or remove the document');
  }
  const names = new Set<string>();
  for (const [index, revision] of doc.spec.appRevisions.entries()) {
    const path = ['spec', 'appRevisions', index];
    if (names.has(revision.revisionName)) {
      const message = `${revision.revisionName} is listed twice`;
      reporter.error('PLACEMENT_CONFLICT', [...path, 'revisionName'], message, 'put its placements into one list');
    }
    names.add(revision.revisionName);
    checkRevision(doc, revision, { path, references, reporter });
    checkPlacements(revision, path, reporter);
  }
  if (doc.spec.traffic !== undefined) checkTraffic(doc, doc.spec.traffic, references, reporter);
  checkRollout(doc, reporter);
  checkJobs(doc, references, reporter);
}

/** The Jobs that steps ask. An older revision may have one that its application has no more: rendering decides. */
function checkJobs(doc: ApplicationDeployment, references: References, reporter: Reporter): void {
  const namespace = namespaceOf(doc);
  const keys = doc.spec.appRevisions.map(({ revisionName }) => applicationOf(revisionName, namespace) ?? '');
  const applications = keys.map((key) => references.applications.get(key) ?? null);
  if (applications.includes(null)) return;
  const components = applications.flatMap((application) => application?.spec.components ?? []);
  const place = { path: ['spec', 'rollout'], tell: reporter.warn };
  checkAnalysisJobs(doc.spec.rollout ?? {}, { components, namespace, references }, place);
}

/** The application (`namespace/name`) that a revision's name belongs to; null for a name that is not `NAME-vN`. */
export function applicationOf(revisionName: string, namespace: string): string | null {
  const found = /^(.+)-v[1-9][0-9]*$/.exec(revisionName);
  return found === null ? null : `${namespace}/${found[1] ?? ''}`;
}

function checkRevision(
  doc: ApplicationDeployment,
  { revisionName }: AppRevision,
  {
    path,
    references,
    reporter,
  }: { readonly path: Steps; readonly references: References; readonly reporter: Reporter },
): void {
  const where = [...path, 'revisionName'];
  const key = applicationOf(revisionName, namespaceOf(doc));
  if (key === null) {
    reporter.error('NAME_INVALID', where, `${revisionName} is not a revision`, 'revisions are named APPLICATION-vN');
    return;
  }
  const application = references.applications.get(key);
  if (application === undefined) {
    const prefix = `${namespaceOf(doc)}/`;
    const names = [...references.applications.keys()].filter((name) => name.startsWith(prefix));
    const hint = suggestion(key, names, `applications in ${namespaceOf(doc)}`);
    reporter.error('REFERENCE_NOT_FOUND', where, `no application ${key} for ${revisionName}`, hint);
    return;
  }
  if (application !== null && !isRevisionOnly(application) && placesItself(application, references)) {
    const message = `${key} has a workflow or policies that deliver it: two documents would say where it goes`;
    const hint = `remove those, or annotate ${key} with ${annotation.revisionOnly}: "true"`;
    reporter.error('DELIVERY_CONFLICT', where, message, hint);
  }
  const suffix = revisionName.slice(revisionName.lastIndexOf('-') + 1);
  const isInPlace = (type: string): boolean =>
    references.catalog.find('ComponentDefinition', type, namespaceOf(doc))?.pinned.inPlace === true;
  for (const component of application?.spec.components ?? []) {
    if (isInPlace(component.type)) continue;
    checkDerived(`component ${component.name}`, `${component.name}-${suffix}`, where, reporter);
  }
}

function checkPlacements({ placement, revisionName }: AppRevision, path: Steps, reporter: Reporter): void {
  const clusters = new Set<string>();
  for (const [index, { clusterSelector }] of placement.entries()) {
    const where = [...path, 'placement', index, 'clusterSelector'];
    checkLabels(clusterSelector?.labels, [...where, 'labels'], reporter);
    const name = clusterSelector === undefined ? 'the local cluster' : clusterSelector.name;
    if (name === undefined) continue;
    if (clusterSelector !== undefined) checkName('label', name, [...where, 'name'], reporter);
    if (clusters.has(name)) {
      const message = `${revisionName} is placed on ${name} twice`;
      reporter.error(
        'PLACEMENT_CONFLICT',
        [...path, 'placement', index],
        message,
        'add up the replicas in one placement',
      );
    }
    clusters.add(name);
    if (typeof clusterSelector?.pick === 'number' && clusterSelector.pick > 1) {
      const message = `pick: ${clusterSelector.pick} can never be reached with a name`;
      reporter.error('PLACEMENT_CONFLICT', [...where, 'pick'], message, 'remove the name or the pick');
    }
  }
}

/** The applications that a deployment's document names, however broken it is: they only record revisions. */
export function namedIn(value: Readonly<Record<string, unknown>>, namespace: string): string[] {
  const found = new Set<string>();
  const look = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(look);
    else if (node !== null && typeof node === 'object') {
      for (const [key, member] of Object.entries(node)) {
        const application =
          key === 'revisionName' && typeof member === 'string' ? applicationOf(member, namespace) : null;
        if (application === null) look(member);
        else found.add(application);
      }
    }
  };
  look(value['spec']);
  return [...found];
}
