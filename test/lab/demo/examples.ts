import { readdir, readFile } from 'node:fs/promises';
import type { DemoSite } from './sites.ts';

const folder = new URL('../../../examples/steps/', import.meta.url);

/** The files of one step of `examples/steps`, as they are pushed; on real clusters with images that exist and with what those clusters offer. */
export async function stepFiles(
  step: string,
  sites: readonly DemoSite[],
  images: readonly [string, string],
): Promise<Record<string, string>> {
  const names = await readdir(new URL(`${step}/`, folder));
  const pairs = names.map(async (name): Promise<[string, string]> => {
    const text = await readFile(new URL(`${step}/${name}`, folder), 'utf8');
    return [name, sites.every(({ program }) => program !== null) ? text : adapted(text, sites, images)];
  });
  return Object.fromEntries(await Promise.all(pairs));
}

const offers = {
  istio: '{ istio: true }',
  'gateway-api': '{ gateway-api: { gateways: [infra/public] } }',
  ingress: '{ ingress: true }',
} as const;

function adapted(text: string, sites: readonly DemoSite[], [v1, v2]: readonly [string, string]): string {
  const withImages = text.replace('example.com/testsvc:v1', v1).replace('example.com/testsvc:v2', v2);
  const documents = withImages.split(/^---\n/m).map((document) => {
    const site = sites.find(({ name }) =>
      new RegExp(`^kind: Cluster\\nmetadata:\\n  name: ${name}$`, 'm').test(document),
    );
    if (site === undefined) return document;
    return document.replace(/capabilities:\n(?: {4}.*\n?)+/, `capabilities: ${offers[site.way]}\n`);
  });
  return documents.join('---\n');
}
