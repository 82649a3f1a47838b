import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { chartFolder, charts, chartValues } from '../../config/chartdocs.ts';
import { parseYaml } from '../../../shared/lib/yaml.ts';

interface Chart {
  readonly name: string;
  readonly type: string;
  readonly version: string;
  readonly appVersion: string;
  readonly kubeVersion: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly maintainers: readonly { readonly name: string }[];
  readonly annotations: Readonly<Record<string, string>>;
}

const read = (text: string): unknown => parseYaml(text, 'Chart.yaml')[0]?.value;

/** The values that https://artifacthub.io/docs/topics/annotations/helm lists. */
const categories = [
  'ai-machine-learning',
  'database',
  'integration-delivery',
  'monitoring-logging',
  'networking',
  'security',
  'storage',
  'streaming-messaging',
];
const changeKinds = ['added', 'changed', 'deprecated', 'removed', 'fixed', 'security'];

describe.each(charts)('Chart.yaml of the %s, as Artifact Hub reads it', (name) => {
  const chart = async (): Promise<Chart> => read(await readFile(`${chartFolder(name)}/Chart.yaml`, 'utf8')) as Chart;
  const annotation = async (key: string): Promise<string> => (await chart()).annotations[`artifacthub.io/${key}`] ?? '';

  it('names the program, its version and licence as package.json does', async () => {
    expect(await chart()).toMatchObject({
      name: `sluice-${name}`,
      type: 'application',
      version: manifest.version,
      appVersion: manifest.version,
      kubeVersion: expect.stringMatching(/^>=\d+\.\d+\.\d+-0$/) as string,
    });
    expect((await chart()).description.length).toBeGreaterThan(40);
    expect((await chart()).maintainers.length).toBeGreaterThan(0);
    expect(await annotation('license')).toBe(manifest.license);
  });

  it('says its category and what it is not', async () => {
    expect(categories).toContain(await annotation('category'));
    expect([await annotation('prerelease'), await annotation('operator')]).toEqual(['true', 'false']);
    expect(await annotation('containsSecurityUpdates')).toBe('false');
  });

  it('names the image that the values name, for both platforms', async () => {
    const values = new Map((await chartValues(name)).map(({ path, fallback }) => [path, fallback]));
    expect(read(await annotation('images'))).toEqual([
      {
        name: `sluice-${name}`,
        image: `${values.get('image.repository') as string}:${manifest.version}`,
        platforms: ['linux/amd64', 'linux/arm64'],
      },
    ]);
  });

  it('lists changes of known kinds, in words', async () => {
    const changes = read(await annotation('changes')) as { readonly kind: string; readonly description: string }[];
    expect(changes.length).toBeGreaterThan(1);
    for (const { kind, description } of changes) {
      expect(changeKinds).toContain(kind);
      expect(description.length).toBeGreaterThan(20);
    }
  });

  it('has notes that say what to do next', async () => {
    const notes = await readFile(`${chartFolder(name)}/templates/NOTES.txt`, 'utf8');
    expect(notes).toMatch(/^Next:$/m);
    expect(notes).toMatch(/sluice-hub|\$hub/);
  });
});
