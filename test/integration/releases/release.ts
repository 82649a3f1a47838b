import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

const releases = new URL('../../fixtures/releases/', import.meta.url);

/** The entries of a release's programs, as `node ENTRY` runs them. */
export interface Release {
  readonly hub: string;
  readonly agent: string;
}

/** Unpacks the programs of a release (test/fixtures/releases) into an empty folder. */
export async function unpackRelease(version: string, folder: string): Promise<Release> {
  for (const name of ['programs.json.br', 'evaluator.json.br']) {
    const packed = await readFile(new URL(`${version}/${name}`, releases));
    const files = JSON.parse(brotliDecompressSync(packed).toString('utf8')) as Readonly<Record<string, string>>;
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
  }
  return { hub: join(folder, 'sluice-hub.mjs'), agent: join(folder, 'sluice-agent.mjs') };
}
