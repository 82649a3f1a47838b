import { docKey, type Application } from '../model/documents.ts';
import type { Fleet } from '../model/fleet.ts';
import { hasFailed } from '../model/fault.ts';
import type { Problem, Sourced } from '../model/source.ts';
import { componentSources } from '../sources/list.ts';
import type { CueEngine } from '../cue/engine.ts';
import { assumedKubernetes } from '../model/cluster-version.ts';
import { clusterValues } from './cluster-values.ts';
import { removedOn } from './refusals.ts';
import { renderRevision } from './revision.ts';
import { emptyHistory, recordRevisions } from './revisions.ts';
import { inDefinition, messageOf } from './template-place.ts';

/**
 * What is wrong with the properties and objects of applications that go to no cluster, or that are broken otherwise: each is
 * rendered by itself, for nothing but its faults. Never throws for the content of a document.
 */
export async function examine(
  cue: CueEngine,
  { fleet, applications }: { readonly fleet: Fleet; readonly applications: readonly Sourced<Application>[] },
  signal: AbortSignal,
): Promise<Problem[]> {
  const found = await Promise.all(applications.map((application) => faultsIn(cue, fleet, application, signal)));
  return found.flat();
}

async function faultsIn(
  cue: CueEngine,
  fleet: Fleet,
  sourced: Sourced<Application>,
  signal: AbortSignal,
): Promise<Problem[]> {
  const app = docKey(sourced.doc);
  const alone = { ...fleet, applications: [sourced], frozen: new Set<string>() };
  const record = recordRevisions(emptyHistory, alone).revisions.get(app)?.[0];
  if (record === undefined) return [];
  const values = clusterValues(record, { name: 'local', labels: {}, kubernetes: assumedKubernetes });
  const options = { isSuffixed: false, sources: componentSources, ...(values !== null && { values }) };
  const attempt = await renderRevision(cue.forApplication(app), record, options, signal);
  const faults = hasFailed(attempt)
    ? attempt.faults.map((fault) => inDefinition(fault, fleet.definitions))
    : attempt.value.flatMap(({ removed = [] }) => removedOn(removed, undefined));
  const warnings = hasFailed(attempt) ? [] : attempt.value.flatMap((component) => component.warnings ?? []);
  return [
    ...faults.map((fault) => ({ ...fault, severity: 'error' as const })),
    ...warnings.map((fault) => ({ ...fault, severity: 'warning' as const })),
  ].map((fault) => {
    const { code, severity, hint, path, place } = fault;
    const message = messageOf(fault, sourced.locate);
    return {
      ...{ code, message, severity, app, place: place ?? sourced.locate(path) },
      ...(hint !== undefined && { hint }),
    };
  });
}
