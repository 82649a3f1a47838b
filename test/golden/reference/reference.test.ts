import { describe, expect, it } from 'vitest';
import { builtinDefinitions } from '../../../hub/definitions/catalog.ts';
import { explainAll } from '../../../hub/definitions/explain.ts';
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
});
