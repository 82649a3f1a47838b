import { execFile, execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildFlags, buildKey, crdModules, crdSets, goFolder, programNames, programs } from './versions.ts';
import type { CrdSet, Program } from './versions.ts';

/** Where the programs and the CRD files (YAML, several documents each) of a control plane are. */
export type Binaries = {
  readonly programs: Readonly<Record<Program, string>>;
  readonly crds: Readonly<Record<CrdSet, string>>;
};

/** Either everything, or one line that says why there is no control plane on this machine. */
export type BinariesAnswer = { readonly binaries: Binaries } | { readonly reason: string };

type Progress = (line: string) => void;

/** Looks in KUBEBUILDER_ASSETS, then in the cache folder; never builds, never uses the network. */
export async function findBinaries(): Promise<BinariesAnswer> {
  const places = [process.env['KUBEBUILDER_ASSETS'], cacheFolder()].filter(
    (place) => place !== undefined && place !== '',
  );
  const missing: string[] = [];
  const lookUp = async (name: string, mode: number): Promise<string> => {
    for (const place of places) {
      const path = join(place ?? '', name);
      if (await isThere(path, mode)) return path;
    }
    missing.push(name);
    return '';
  };
  const found: Record<string, string> = {};
  const crds: Record<string, string> = {};
  for (const name of programNames) found[name] = await lookUp(name, constants.X_OK);
  for (const name of crdSets) crds[name] = await lookUp(join('crds', `${name}.yaml`), constants.R_OK);
  if (missing.length > 0) return { reason: `no control plane: ${missing.join(', ')} not in ${places.join(' or ')}` };
  return { binaries: { programs: found as Record<Program, string>, crds: crds as Record<CrdSet, string> } };
}

/** Finds the binaries, building them once (about 6 minutes on 2 cores) where Go is installed. */
export async function ensureBinaries(progress: Progress): Promise<BinariesAnswer> {
  const found = await findBinaries();
  if ('binaries' in found) return found;
  const goFault = await whyNoGo();
  if (goFault !== undefined) return { reason: `${found.reason}; cannot build it: ${goFault}` };
  await build(progress);
  return await findBinaries();
}

function cacheFolder(): string {
  const base =
    process.env['SLUICE_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sluice');
  return join(base, 'controlplane', buildKey());
}

async function isThere(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

const run = promisify(execFile);

/** `go list -m` fails without Go, and with a Go that is too old for go.mod. */
async function whyNoGo(): Promise<string | undefined> {
  try {
    await run('go', ['list', '-m'], { cwd: goFolder });
    return undefined;
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    return code === 'ENOENT' ? 'Go is not installed' : (stderr ?? String(error)).trim().split('\n').at(-1);
  }
}

/** Builds into a folder of its own and renames it when complete, so that a build that was cut short is never used. */
async function build(progress: Progress): Promise<void> {
  const target = cacheFolder();
  const folder = `${target}.building-${process.pid}`;
  const abandon = (): void => {
    execFileSync('rm', ['-rf', folder]);
  };
  process.once('exit', abandon);
  try {
    await mkdir(join(folder, 'crds'), { recursive: true });
    const started = Date.now();
    progress(`building a control plane from Go modules into ${target}; about 6 minutes on 2 cores, once`);
    for (const [index, name] of programNames.entries()) {
      const seconds = await buildProgram(name, folder);
      progress(`built ${name} (${index + 1} of ${programNames.length}) in ${seconds} s`);
    }
    for (const set of crdSets) await collectCrds(set, join(folder, 'crds', `${set}.yaml`));
    await rename(folder, target).catch((error: unknown) => yieldToWinner(error, folder));
    progress(`control plane complete after ${Math.round((Date.now() - started) / 1000)} s`);
  } finally {
    process.off('exit', abandon);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Somebody else finished the same build first: theirs is as good as ours. */
async function yieldToWinner(error: unknown, folder: string): Promise<void> {
  const { code } = error as { code?: string };
  if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  await rm(folder, { recursive: true, force: true });
}

async function buildProgram(name: Program, folder: string): Promise<number> {
  const started = Date.now();
  await run('go', ['build', '-mod=readonly', ...buildFlags(), '-o', join(folder, name), programs[name]], {
    cwd: goFolder,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' },
    maxBuffer: 16 * 1024 * 1024,
  });
  return Math.round((Date.now() - started) / 1000);
}

async function collectCrds(set: CrdSet, target: string): Promise<void> {
  const { module, sum, files } = crdModules[set];
  const { stdout } = await run('go', ['mod', 'download', '-json', module], { cwd: goFolder });
  const answer = JSON.parse(stdout) as { Dir: string; Sum: string };
  if (answer.Sum !== sum) throw new Error(`${module} has the checksum ${answer.Sum}, not ${sum}`);
  const all = (await readdir(answer.Dir, { recursive: true })).filter((path) => files.test(path)).sort();
  const texts = await Promise.all(all.map((path) => readFile(join(answer.Dir, path), 'utf8')));
  await writeFile(target, texts.join('\n---\n'));
}
