import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chartFolder, type ChartName } from '../../config/chartdocs.ts';
import { helmPath } from '../../config/tools.ts';
import { parseYaml } from '../../../shared/lib/yaml.ts';
import type { KubeObject } from '../../../shared/model/object.ts';

/** What helm answered. */
export interface HelmAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real helm; null where it does not run. */
export const helmBinary = await helmPath();

// helm keeps a cache and settings: not among those of whoever runs the tests.
const home = join(tmpdir(), 'sluice-helm');

/** Runs helm to its end. */
export function helm(...args: readonly string[]): Promise<HelmAnswer> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    HELM_CACHE_HOME: home,
    HELM_CONFIG_HOME: home,
    HELM_DATA_HOME: home,
  };
  return new Promise((resolve) => {
    execFile(helmBinary ?? 'helm', args, { env, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    });
  });
}

/** The text of a release's objects as `helm template` prints it; throws with helm's words. */
export async function chartText(chart: ChartName, namespace: string, ...args: readonly string[]): Promise<string> {
  const answer = await helm('template', `sluice-${chart}`, chartFolder(chart), '--namespace', namespace, ...args);
  if (answer.status !== 0) throw new Error(answer.stderr);
  return answer.stdout;
}

/** The objects of a release's text. */
export function objectsOf(text: string): KubeObject[] {
  return parseYaml(Buffer.from(text), 'release').flatMap(({ value }) => (value === null ? [] : [value as KubeObject]));
}

/** The object of a kind; throws when there is not exactly one. */
export function only(objects: readonly KubeObject[], kind: string): KubeObject {
  const found = objects.filter((object) => object.kind === kind);
  if (found.length !== 1) throw new Error(`${found.length} objects of kind ${kind}`);
  return found[0]!;
}
