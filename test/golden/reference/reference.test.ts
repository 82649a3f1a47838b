import { describe, expect, it } from 'vitest';
import { builtinDefinitions } from '../../../hub/definitions/catalog.ts';
import { explainAll } from '../../../hub/definitions/explain.ts';
import { steps } from '../../../hub/workflow/steps/list.ts';
import { stepsPage } from '../../../hub/workflow/steps-page.ts';
import { referencePage } from '../../../hub/status/library.ts';

const pages = explainAll(builtinDefinitions);
const folder = new URL('../../../docs/reference/', import.meta.url).pathname;

describe('the reference in docs', () => {
  it.each([
    ['component', 'components.md', 'Component types'],
    ['trait', 'traits.md', 'Traits'],
  ])('of every %s is what the definitions say', async (kind, file, title) => {
    const page = referencePage(title, pages.filter((one) => one.kind === kind));
    await expect(page).toMatchFileSnapshot(`${folder}${file}`);
  });

  it('of every workflow step is what the list says', async () => {
    expect(steps.filter(({ about = '' }) => about === '')).toEqual([]);
    await expect(stepsPage(steps)).toMatchFileSnapshot(`${folder}steps.md`);
  });
});
