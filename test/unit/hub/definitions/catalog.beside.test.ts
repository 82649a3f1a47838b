import { describe, expect, it } from 'vitest';
import { yamlText } from '../../../../shared/lib/yaml/write.ts';
import { comparable } from '../../../fixtures/hub/comparable.ts';
import { documentedInputs } from '../../../fixtures/hub/library-cases.ts';
import { deployment, linesOf, local, on, useRenderer } from '../../../fixtures/hub/manifests.ts';

const { render } = useRenderer();
const other = { name: 'other', type: 'worker', properties: { image: 'a' } };

/** What exists once, whichever revisions are listed, because it acts by itself. */
const actsByItself = ['CronJob', 'Ingress'];

/** Objects of one revision, as an Application alone has them. */
function asAlone(objects: readonly { readonly kind: string }[], revision: string): readonly unknown[] {
  const text = JSON.stringify(objects.filter(({ kind }) => !actsByItself.includes(kind)));
  const label = new RegExp(`,?"app.oam.dev/revision":"app-${revision}"`, 'g');
  return comparable(
    JSON.parse(
      text
        .replaceAll(new RegExp(`-${revision}(?=\\\\?")`, 'g'), '')
        .replaceAll(label, '')
        .replaceAll('{,', '{'),
    ) as object[],
  );
}

describe('a documented input, of two revisions that live side by side,', () => {
  it.each(documentedInputs)('gives the objects of an Application: $id', async ({ app }) => {
    const alone = await render(yamlText(app) + local);
    if (alone.problems.some(({ severity }) => severity === 'error')) return;
    const more = { ...app, spec: { ...app.spec, components: [...app.spec.components, other] } };
    const listed = deployment(`${on('app-v1')}, ${on('app-v2')}`);
    const beside = await render(yamlText(app) + local, yamlText(more) + listed + local);
    expect(linesOf(beside)).toEqual([]);
    const objects = beside.apps.flatMap((one) => one.objects);
    for (const revision of ['v1', 'v2']) {
      const own = objects.filter((one) => (one.revision ?? `app-${revision}`) === `app-${revision}`);
      const made = own.map(({ object }) => object).filter(({ metadata }) => !metadata.name.startsWith('other'));
      const wanted = alone.apps.flatMap((one) => one.objects.map(({ object }) => object));
      expect(asAlone(made, revision)).toEqual(asAlone(wanted, revision));
    }
  });
});
