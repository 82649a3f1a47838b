import { canonicalPretty } from '../../shared/lib/canonical.ts';
import { by } from '../../shared/lib/order.ts';
import { yamlText } from '../../shared/lib/yaml/write.ts';
import { refOf } from '../../shared/model/object.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import { objectPath } from '../../shared/wire/layout.ts';
import type { Preview } from '../operations/preview.ts';

/** The JSON document that `render -o json` prints. */
export function previewJson({ clusters, problems }: Preview): string {
  return canonicalPretty({
    clusters: clusters.map(({ name, objects }) => ({ name, objects })),
    problems: problems.map(({ place, ...problem }) => ({ ...problem, ...place })),
  });
}

/** The YAML that `render` prints: the objects of each cluster as documents, under a comment that names it and has the notes. */
export function previewYaml({ clusters }: Preview): string {
  const documents = clusters.flatMap(({ name, objects, apps }) => {
    const notes = apps.flatMap((app) => app.notes.map((note) => `# note: ${appKey(app)}: ${note}\n`));
    const head = [`# cluster ${name}\n`, ...notes].join('');
    return objects.map((object, index) => `---\n${index === 0 ? head : ''}${yamlText(object)}`);
  });
  return documents.join('');
}

/** What `validate` says beside problems: a line for each note, with the clusters that it is about. */
export function previewNotes({ clusters }: Preview): readonly string[] {
  const all = clusters.flatMap(({ name, apps }) =>
    apps.flatMap((app) => app.notes.map((note) => ({ name, text: `note: ${appKey(app)}: ${note}` }))),
  );
  return [...Map.groupBy(all, ({ text }) => text)].map(([text, on]) => {
    const names = on.map(({ name }) => name);
    return `${text} (on ${names.length > 3 ? `${names.length} clusters` : names.join(', ')})\n`;
  });
}

/** The files that `render --out` writes: the unsigned objects as the channel has them, by path. */
export function previewFiles({ clusters }: Preview): ReadonlyMap<string, string> {
  const files = clusters.flatMap(({ name, apps }) =>
    apps.flatMap((app) =>
      app.objects.map(({ object }): [string, string] => [
        `clusters/${name}/${objectPath(app, refOf(object))}`,
        canonicalPretty(object),
      ]),
    ),
  );
  return new Map(files.sort(by(([path]) => path)));
}
