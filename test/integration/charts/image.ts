import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A stage of the Dockerfile as far as it matters to what runs. */
export interface ImageTarget {
  /** Source (in the build stage, or the checkout) and destination of every file. */
  readonly copies: readonly { readonly from: string; readonly to: string; readonly isBuilt: boolean }[];
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly folder: string;
}

/** Reads one target of the Dockerfile. */
export async function imageTarget(name: string): Promise<ImageTarget> {
  const text = await readFile(join(root, 'Dockerfile'), 'utf8');
  const stage = text.split(/^FROM /m).find((part) => part.split('\n')[0]?.endsWith(` AS ${name}`));
  if (stage === undefined) throw new Error(`the Dockerfile has no target ${name}`);
  const lines = stage.split('\n').slice(1);
  const after = (word: string) => lines.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1) ?? '';
  return {
    copies: lines.filter((line) => line.startsWith('COPY ')).flatMap(copiesOf),
    user: after('USER'),
    entrypoint: JSON.parse(after('ENTRYPOINT')) as string[],
    folder: after('WORKDIR'),
  };
}

function copiesOf(line: string): ImageTarget['copies'][number][] {
  const words = line.split(/\s+/).slice(1);
  const isBuilt = words[0] === '--from=build';
  const paths = isBuilt ? words.slice(1) : words;
  const to = paths.at(-1) ?? '';
  return paths.slice(0, -1).map((path) => ({
    from: isBuilt ? path.replace('/src/dist/', '') : path,
    to: to.endsWith('/') ? join(to, path.split('/').at(-1) ?? '') : to,
    isBuilt,
  }));
}

/**
 * Makes the file system of an image in an empty folder: what the Dockerfile copies, an empty file where the Node binary will be,
 * the few libraries that it is linked to, and nothing else: no shell, no packages.
 */
export async function makeRoot(folder: string, target: ImageTarget, dist: string): Promise<void> {
  for (const path of ['nodejs/bin', 'proc', 'dev', 'tmp', 'etc', target.folder]) {
    await mkdir(join(folder, path), { recursive: true });
  }
  await writeFile(join(folder, 'nodejs/bin/node'), '', { mode: 0o755 });
  await writeFile(join(folder, 'etc/passwd'), 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n');
  for (const { from, to, isBuilt } of target.copies) {
    await mkdir(dirname(join(folder, to)), { recursive: true });
    await cp(join(isBuilt ? dist : root, from), join(folder, to), { recursive: true });
  }
  for (const library of librariesOf(process.execPath)) {
    await mkdir(dirname(join(folder, library)), { recursive: true });
    await cp(library, join(folder, library), { dereference: true });
    await chmod(join(folder, library), 0o755);
  }
  await chmod(folder, 0o755);
}

function librariesOf(program: string): string[] {
  const listed = execFileSync('ldd', [program], { encoding: 'utf8' });
  return [...listed.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((match) => match[1] ?? '');
}
