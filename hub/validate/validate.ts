import {
  namespaceOf,
  type Application,
  type ApplicationDeployment,
  type Cluster,
  type Definition,
  type PolicyDocument,
  type WorkflowDocument,
} from '../model/documents.ts';
import type { CueEngine } from '../cue/engine.ts';
import type { Fleet, UnreadDocument, Validated } from '../model/fleet.ts';
import { valueAt } from '../model/json-map.ts';
import type { Reporter } from '../model/reporter.ts';
import { atOnce, inSlices, type Work } from '../../shared/lib/slices.ts';
import { digestOfValue, type Digest } from '../../shared/lib/canonical.ts';
import type { RawDocument, Snapshot, Sourced } from '../model/source.ts';
import { checkApplication } from './application.ts';
import { checkDeployment, namedIn } from './deployment.ts';
import { builtinLists, referencesOf, type Lists, type References } from './references.ts';
import { checkLabels, checkName } from './names.ts';
import { checkCluster } from './cluster.ts';
import { checkDefinition } from './definition.ts';
import { checkPolicyDocument, checkWorkflowDocument } from './delivery.ts';
import { inOrder } from './problems.ts';
import { readDocument, type ReadDocument } from './read.ts';
import { resolveApplication } from './resolve.ts';
import { unreadableTexts, withTextFaults, type TextFaults } from './texts.ts';

/**
 * Checks every document of a snapshot, by itself and against the rest. Collects every problem, in the order of files and
 * lines; the fleet has the valid documents, and names the broken ones as frozen. Pure.
 */
export function validate(snapshot: Snapshot, lists: Lists = builtinLists): Validated {
  return atOnce(validating(snapshot, lists));
}

/** The same with the texts of CUE whose turn comes later: one that cannot be read breaks its document. Throws where it is aborted. */
export async function validateWithTexts(cue: CueEngine, snapshot: Snapshot, signal: AbortSignal): Promise<Validated> {
  const unreadable = await unreadableTexts(cue, snapshot.documents, signal);
  return inSlices(validating(snapshot, builtinLists, unreadable));
}

/** What reading or checking a document costs, in units of a slice. */
const documentUnits = 15;

function* validating(snapshot: Snapshot, lists: Lists, unreadable?: TextFaults): Work<Validated> {
  const documents: ReadDocument[] = [];
  for (const raw of snapshot.documents) {
    documents.push(withTextFaults(readDocument(raw), unreadable?.get(raw)));
    yield documentUnits;
  }
  const references = referencesOf(documents, snapshot.files, lists);
  for (const read of documents) {
    check(read, references);
    yield documentUnits;
  }
  reportDuplicates(documents);
  const good = new Set(documents.filter(({ doc, reporter }) => doc !== null && !reporter.failed()));
  const broken = documents.filter((read) => !good.has(read) && !read.isIgnored);
  const unread: UnreadDocument[] = [];
  for (const read of broken) {
    unread.push(unreadOf(read));
    yield documentUnits;
  }
  return {
    fleet: fleetOf(snapshot, { good, broken, references }),
    unread,
    drafts: broken.flatMap(({ kind, raw, doc, rest }) => {
      const draft = (doc ?? rest) as Application | null;
      if (kind !== 'Application' || draft === null) return [];
      return [{ doc: draft, commit: snapshot.commit, place: raw.place, locate: raw.locate }];
    }),
    problems: inOrder([
      ...snapshot.problems,
      ...snapshot.broken.map(({ problem }) => problem),
      ...documents.flatMap(({ reporter }) => reporter.problems),
    ]),
  };
}

// The loader gives the same value again for a document whose file did not change.
const digests = new WeakMap<RawDocument, Digest>();

function unreadOf({ raw, kind, key, doc }: ReadDocument): UnreadDocument {
  const facts = { place: raw.place, id: key === null ? null : `${kind} ${key}` };
  if (doc === null) return facts;
  const digest = digests.get(raw) ?? digestOfValue(raw.value);
  digests.set(raw, digest);
  return { ...facts, digest };
}

function sayNote({ note, reporter }: ReadDocument): void {
  if (note === null) return;
  const say = note.severity === 'error' ? reporter.error : reporter.warn;
  say(note.code, note.path, note.message, note.hint);
}

function check(read: ReadDocument, references: References): void {
  const { raw, kind, doc, rest, reporter } = read;
  sayNote(read);
  if (doc === null) reporter.skipFollowing();
  const checked = doc ?? rest;
  if (checked === null) return;
  const { metadata } = checked as Application;
  if (kind !== 'Cluster' && metadata.namespace !== undefined) {
    checkName('label', metadata.namespace, ['metadata', 'namespace'], reporter);
  }
  if (kind === 'Application') checkApplication(checked as Application, references, reporter);
  else if (kind === 'ApplicationDeployment') checkDeployment(checked as ApplicationDeployment, references, reporter);
  else if (kind === 'Cluster') checkCluster(checked as Cluster, reporter);
  else if (kind === 'Policy') checkPolicyDocument(checked as PolicyDocument, references, reporter);
  else if (kind === 'Workflow') checkWorkflowDocument(checked as WorkflowDocument, references, reporter);
  else checkDefinition(checked as Definition, references.builtins, reporter);
  reportOldKind(raw.value, reporter);
  if (kind !== 'Cluster') checkLabels(metadata.labels, ['metadata', 'labels'], reporter);
}

// Early texts of KubeVela have it.
function reportOldKind(value: unknown, reporter: Reporter): void {
  if (valueAt(value, 'kind') !== 'WorkflowDefinition') return;
  reporter.warn(
    'UNSUPPORTED',
    ['kind'],
    'it is read as a WorkflowStepDefinition',
    'write kind: WorkflowStepDefinition',
  );
}

// Which of two documents with one name is meant cannot be told: both are broken.
function reportDuplicates(documents: readonly ReadDocument[]): void {
  const named = documents.filter(({ key }) => key !== null);
  for (const [id, group] of Map.groupBy(named, ({ kind, key }) => `${kind} ${key}`)) {
    if (group.length > 1) group.forEach((read) => reportDuplicate(id, read, group));
  }
}

/** The most places of other documents with the same name that each of them tells. */
const mostTwins = 5;

function reportDuplicate(id: string, read: ReadDocument, group: readonly ReadDocument[]): void {
  const path = ['metadata', 'name'];
  const near = group.slice(0, mostTwins + 1).filter((one) => one !== read);
  const others = near.slice(0, mostTwins).map(({ raw }) => raw.locate(path));
  const rest = group.length - 1 - others.length;
  const message = `${id} is there ${group.length === 2 ? 'twice' : `${group.length} times`}`;
  const places = others.map((place) => `${place.path}:${place.line}`).join(', ');
  const more = rest === 0 ? '' : ` and ${rest} more places`;
  read.reporter.error('DUPLICATE_DOCUMENT', path, message, `also in ${places}${more}; keep one of them`);
}

interface Judged {
  readonly good: ReadonlySet<ReadDocument>;
  readonly broken: readonly ReadDocument[];
  readonly references: References;
}

function fleetOf(snapshot: Snapshot, { good, broken, references }: Judged): Fleet {
  const sourced = <T>(wanted: (kind: string) => boolean): Sourced<T>[] =>
    [...good]
      .filter(({ kind }) => wanted(kind))
      .map(({ raw, doc }) => ({ doc: doc as T, commit: snapshot.commit, place: raw.place, locate: raw.locate }));
  return {
    commit: snapshot.commit,
    repository: snapshot.repository,
    applications: sourced<Application>((kind) => kind === 'Application').map((one) => ({
      ...one,
      doc: resolveApplication(one.doc, references),
    })),
    deployments: sourced<ApplicationDeployment>((kind) => kind === 'ApplicationDeployment'),
    clusters: sourced<Cluster>((kind) => kind === 'Cluster'),
    definitions: sourced<Definition>((kind) => kind.endsWith('Definition')),
    files: snapshot.files,
    frozen: new Set(broken.flatMap(({ kind, key }) => (key === null ? [] : [`${kind} ${key}`]))),
    recordOnly: new Set(
      broken
        .filter(({ kind }) => kind === 'ApplicationDeployment')
        .flatMap(({ value }) => namedIn(value, namespaceIn(value))),
    ),
  };
}

function namespaceIn(value: Readonly<Record<string, unknown>>): string {
  const { metadata } = value as { metadata?: { namespace?: unknown } | null };
  return typeof metadata?.namespace === 'string' ? metadata.namespace : namespaceOf({ metadata: {} });
}
