import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readHistory } from '../../../../hub/load/folder.ts';
import type { Problem, Snapshot } from '../../../../hub/model/source.ts';
import { validate } from '../../../../hub/validate/validate.ts';
import { errorLine } from '../../../../shared/errors.ts';

const folder = new URL('../../../fixtures/broken/', import.meta.url).pathname;
const golden = new URL('validate.broken.golden.txt', import.meta.url);

async function load(): Promise<Snapshot> {
  const repos = { openLocal: () => Promise.resolve(null) };
  for await (const snapshot of readHistory(folder, { repos }, new AbortController().signal)) return snapshot;
  throw new Error('no snapshot');
}

function line({ code, message, place, hint, severity }: Problem): string {
  const text = errorLine({ code, message, data: { ...place, ...(hint !== undefined && { hint }) } });
  return severity === 'error' ? text : text.replace(/^error/, 'warning');
}

describe('a folder of forty broken files', () => {
  it('gives every problem as one line, in the order of files and lines', async () => {
    const { problems } = validate(await load());
    expect(problems.map(line)).toEqual(readFileSync(golden, 'utf8').trimEnd().split('\n'));
  });

  it('gives each file at least one error with a line and a column, and nothing for the good one', async () => {
    const { problems } = validate(await load());
    const faulty = problems.filter(({ severity, place }) => severity === 'error' && (place?.column ?? 0) > 0);
    const files = readdirSync(folder).sort();
    expect(files).toHaveLength(41);
    expect([...new Set(faulty.map(({ place }) => place?.path))]).toEqual(
      files.filter((file) => file !== '00-good.yaml'),
    );
  });

  it('keeps what is good, and freezes what is broken', async () => {
    const { fleet } = validate(await load());
    expect(fleet.deployments.map(({ doc }) => doc.metadata.name)).toEqual(['shop']);
    expect(fleet.applications.map(({ doc }) => doc.metadata.name)).toContain('shop');
    expect(fleet.frozen).toContain('ApplicationDeployment default/d33');
    expect(fleet.recordOnly).toContain('default/shop');
  });
});
