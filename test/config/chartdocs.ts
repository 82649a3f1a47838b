import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseYaml } from '../../shared/lib/yaml.ts';

/** The charts of this repository. */
export const charts = ['agent', 'hub'] as const;
export type ChartName = (typeof charts)[number];

/** The folder of a chart. */
export function chartFolder(chart: ChartName): string {
  return fileURLToPath(new URL(`../../charts/${chart}`, import.meta.url));
}

/** One documented value of a chart. */
export interface ChartValue {
  readonly path: string;
  readonly fallback: unknown;
  readonly description: string;
}

const [begin, end] = ['<!-- values -->', '<!-- /values -->'];

/** The README of a chart as it should be: its table says what values.yaml says. */
export async function readmeOf(chart: ChartName): Promise<string> {
  const folder = chartFolder(chart);
  const readme = await readFile(`${folder}/README.md`, 'utf8');
  const [before, rest] = [readme.slice(0, readme.indexOf(begin)), readme.slice(readme.indexOf(end))];
  const rows = (await chartValues(chart)).map(
    ({ path, fallback, description }) => `| \`${path}\` | ${shown(fallback)} | ${description.replaceAll('|', '\\|')} |`,
  );
  return [before + begin, '| value | default | what it is |', '| --- | --- | --- |', ...rows, rest].join('\n');
}

/** Every value that values.yaml describes with a comment `# -- ...` above it, in order. */
export async function chartValues(chart: ChartName): Promise<readonly ChartValue[]> {
  const file = `${chartFolder(chart)}/values.yaml`;
  const text = await readFile(file, 'utf8');
  const defaults = parseYaml(Buffer.from(text), file)[0]?.value;
  const found: ChartValue[] = [];
  const parents: { readonly indent: number; readonly key: string }[] = [];
  let description: string | null = null;
  for (const line of text.split('\n')) {
    const comment = /^\s*# -- (.*)$/.exec(line);
    const [, indent, key] = /^( *)([\w-]+):/.exec(line) ?? [];
    if (comment !== null) description = comment[1] ?? '';
    if (indent === undefined || key === undefined) continue;
    while ((parents.at(-1)?.indent ?? -1) >= indent.length) parents.pop();
    parents.push({ indent: indent.length, key });
    const path = parents.map((parent) => parent.key);
    if (description !== null) {
      found.push({ path: path.join('.'), fallback: valueAt(defaults, path), description });
      description = null;
    }
  }
  return found;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>> | undefined)?.[key], value);
}

function shown(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}

if (import.meta.main) {
  for (const chart of charts) await writeFile(`${chartFolder(chart)}/README.md`, await readmeOf(chart));
}
