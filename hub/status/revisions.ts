import { by, byCodeUnit } from '../../shared/lib/order.ts';
import { withPrintableLines } from '../../shared/lib/printable.ts';
import type { RevisionEntry, RevisionList } from '../api/revisions.ts';
import type { RevisionRecord } from '../model/fleet.ts';
import type { State } from '../model/state.ts';
import { ageText } from './age.ts';
import { layoutTable } from './layout.ts';

type RevisionState = Pick<State, 'revisions' | 'bundles'>;

/** The revisions of every application, or of those that a name means (`namespace/name`, or the name alone), oldest first. */
export function revisionLists({ revisions, bundles }: RevisionState, app?: string): RevisionList['applications'] {
  const running = runningOn(bundles);
  return [...revisions.revisions]
    .filter(([key]) => app === undefined || key === app || key.slice(key.indexOf('/') + 1) === app)
    .sort(by(([key]) => key))
    .map(([key, records]) => ({
      application: key,
      revisions: records.map((record) => entryOf(record, running, revisions.newest.get(key) ?? null)),
    }));
}

function entryOf(
  record: RevisionRecord,
  running: ReadonlyMap<string, readonly string[]>,
  newest: string | null,
): RevisionEntry {
  const { name, number, commit, at = null, app } = record;
  const namespace = app.slice(0, app.indexOf('/'));
  return {
    name,
    number,
    commit,
    recordedAt: at,
    images: imagesOf(record),
    isNewest: name === newest,
    clusters: [...(running.get(`${namespace}/${name}`) ?? [])],
  };
}

/** The clusters of each revision (`namespace/NAME-vN`), by the bundles that were published last. */
function runningOn(bundles: State['bundles']): ReadonlyMap<string, readonly string[]> {
  const pairs = [...bundles].flatMap(([cluster, { revision }]) =>
    revision.apps.flatMap(({ namespace, revisions }) =>
      revisions.map(({ name }) => [`${namespace}/${name}`, cluster] as const),
    ),
  );
  const groups = Map.groupBy(pairs, ([revision]) => revision);
  return new Map([...groups].map(([revision, of]) => [revision, of.map(([, cluster]) => cluster).sort(byCodeUnit)]));
}

/** Every image that a revision names: in its properties, and in the files that it pins. */
function imagesOf({ application, files }: RevisionRecord): string[] {
  const found = new Set<string>();
  const look = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    for (const [key, value] of Object.entries(node)) {
      if (key === 'image' && typeof value === 'string' && value !== '') found.add(value);
      else look(value);
    }
  };
  look(application.spec.components);
  for (const text of Object.values(files)) {
    for (const [, image = ''] of text.matchAll(/^[\s-]*"?image"?:\s*["']?([^\s"',#]+)/gm)) found.add(image);
  }
  return [...found].sort(byCodeUnit);
}

/** The table of `revisions`. */
export function revisionTable(
  list: RevisionList,
  { now, columns }: { readonly now: number; readonly columns: number },
): string {
  const { applications } = withPrintableLines(list);
  const lines = applications.flatMap(({ application, revisions }) =>
    revisions.map((revision) => [
      application.replace(/^default\//, ''),
      `${revision.name}${revision.isNewest ? ' (newest)' : ''}`,
      revision.commit.slice(0, 12) || '-',
      revision.recordedAt === null ? '-' : ageText(Math.floor((now - Date.parse(revision.recordedAt)) / 1000)),
      revision.images.join(',') || '-',
      revision.clusters.join(',') || 'nowhere',
    ]),
  );
  if (lines.length === 0) return 'no revision is recorded yet\n';
  const titles = [
    { title: 'APPLICATION', least: 12 },
    { title: 'REVISION' },
    { title: 'COMMIT', least: 8 },
    { title: 'AGE' },
    { title: 'IMAGES', least: 8 },
    { title: 'RUNS ON', least: 8 },
  ];
  return layoutTable(titles, lines, columns) + '\n';
}
