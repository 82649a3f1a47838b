import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAccess } from '../../../hub/config/data-folder.ts';
import { parseYaml } from '../../../shared/lib/yaml.ts';
import { chartFolder } from '../../config/chartdocs.ts';
import { startLimited, type LimitedProcess } from '../../fakes/memory-group.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';

const main = new URL('../../../hub/main.ts', import.meta.url).pathname;
const mib = 1024 * 1024;
const head = 'kind: Application\nmetadata: {name: NAME}\n';
const filled = (size: number, piece: (index: number) => string): string => {
  const parts: string[] = [];
  for (let [index, length] = [0, 0]; length < size; index += 1) {
    const text = piece(index);
    parts.push(text);
    length += text.length;
  }
  return parts.join('');
};

/** Files that cost their reader the most memory that the limits of a file allow, each in another way. */
const hostile: Readonly<Record<string, string>> = {
  values: `${head}a: [${filled(3.9 * mib, () => '1,')}]\n`,
  members: `${head}${filled(3.9 * mib, (index) => `x${index}: 1\n`)}`,
  documents: filled(3.9 * mib, () => 'a\n---\n'),
  nesting: `${head}a: ${'['.repeat(90)}${filled(3.8 * mib, () => '{a: b},')}${']'.repeat(90)}\n`,
  aliases: `${head}a: &a ${'x'.repeat(30)}\nb: &b [${'*a,'.repeat(90)}]\nc: [${'*b,'.repeat(9_000)}]\n`,
  anchors: `${head}a: [${filled(3.9 * mib, (index) => `&a${index} b,`)}]\n`,
  'one long text': `${head}a: ${'x'.repeat(3.9 * mib)}\n`,
};

describe("a hub with its chart's memory", () => {
  let folder = '';
  let hub: LimitedProcess;
  let limit = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-memory-'));
    const [values] = parseYaml(await readFile(join(chartFolder('hub'), 'values.yaml')), 'values.yaml');
    const { memory } = (values?.value as { resources: { limits: { memory: string } } }).resources.limits;
    limit = Number(memory.replace('Gi', '')) * 1024 * mib;
    await mkdir(join(folder, 'config'));
    await writeFile(join(folder, 'config', 'good.yaml'), head.replace('NAME', 'good') + 'spec: {components: []}\n');
    const line = [process.execPath, main, 'serve', 'config', '--data', 'data', '--listen', '127.0.0.1:0'];
    hub = startLimited(line, { bytes: limit, env: { PATH: process.env['PATH'] ?? '' }, cwd: folder });
    hub.child.stdout?.resume();
    hub.child.stderr?.resume();
    await told('good.yaml');
  });
  afterAll(async () => {
    await hub.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Waits until the hub's status has a problem at a place in this file. */
  const told = (path: string) =>
    waitFor(
      `a problem of ${path}`,
      async () => {
        expect([hub.child.exitCode, hub.child.signalCode]).toEqual([null, null]);
        const access = await readAccess(join(folder, 'data')).catch(() => null);
        if (access === null) return undefined;
        const headers = { authorization: `Bearer ${access.token}` };
        const response = await fetch(`${access.url}/v1/status`, { headers }).catch(() => null);
        const text = response?.ok === true ? await response.text() : '';
        return text.includes(`"${path}"`) ? true : undefined;
      },
      120_000,
    );

  it('outlives every hostile file, one by one and all at once', async () => {
    if (!hub.isLimited) console.log('hub: control groups are not writable here: its peak alone is checked');
    for (const [index, text] of Object.values(hostile).entries()) {
      await writeFile(join(folder, 'config', `h${index}.yaml`), text.replace('NAME', `h${index}`));
      await writeFile(join(folder, 'config', `after${index}.yaml`), head.replace('NAME', `after${index}`));
      await told(`after${index}.yaml`);
    }
    const peak = await hub.peakBytes();
    console.log(`hub: ${Math.round(peak / mib)} MiB of ${limit / mib} at most`);
    expect(peak).toBeLessThan(limit);
  }, 600_000);
});
