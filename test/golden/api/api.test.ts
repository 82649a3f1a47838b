import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openApi } from '../../../hub/api/openapi.ts';
import { routeRows } from '../../../hub/api/routes.ts';
import { projectRoot } from '../../architecture/imports.ts';
import { apiPage } from './page.ts';

// `npm run api` writes both files.
describe('the description of the HTTP interface', () => {
  it('is docs/openapi.json', async () => {
    const text = JSON.stringify(openApi(), null, 2) + '\n';
    await expect(text).toMatchFileSnapshot(join(projectRoot, 'docs/openapi.json'));
  });

  it('is docs/api.md', async () => {
    await expect(apiPage()).toMatchFileSnapshot(join(projectRoot, 'docs/api.md'));
  });

  it('has every call once, under its name', () => {
    const { paths } = openApi() as { paths: Record<string, Record<string, { operationId: string }>> };
    const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
    expect(ids.sort()).toEqual(routeRows.map(([name]) => name).sort());
  });

  it('has every schema that it refers to, and no other', () => {
    const document = openApi() as { components: { schemas: Record<string, unknown> } };
    const references = JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g);
    const named = [...new Set([...references].map(([, reference = '']) => reference))];
    const own = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect(named.sort()).toEqual(own.sort());
  });

  it('names only security schemes that it explains', () => {
    const document = openApi() as {
      paths: Record<string, Record<string, { security: Record<string, unknown>[] }>>;
      components: { securitySchemes: object };
    };
    const used = Object.values(document.paths)
      .flatMap((methods) => Object.values(methods).flatMap(({ security }) => security))
      .flatMap((schemes) => Object.keys(schemes));
    expect([...new Set(used)].sort()).toEqual(Object.keys(document.components.securitySchemes).sort());
  });
});
