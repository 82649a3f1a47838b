import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompressSync } from 'node:zlib';

/**
 * Builds the CUE evaluator (hub/cue/shim) and writes it, compressed, beside its source with its checksum. With `--check` it only
 * compares: the same source and the same Go give the same bytes on every machine.
 */
const folder = fileURLToPath(new URL('../../hub/cue/shim/', import.meta.url));
const built = join(folder, 'cue.wasm.zst');
const checksum = join(folder, 'cue.wasm.sha256');
const run = promisify(execFile);

/** The Go that the bytes are from: another one gives other bytes. */
async function pinnedGo(): Promise<string> {
  const text = await readFile(join(folder, 'go.mod'), 'utf8');
  return `go${/^go (\S+)$/m.exec(text)?.[1] ?? ''}`;
}

async function installedGo(): Promise<string | null> {
  return run('go', ['env', 'GOVERSION'], { cwd: folder }).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
}

async function build(): Promise<Buffer> {
  const place = await mkdtemp(join(tmpdir(), 'sluice-cue-'));
  try {
    const file = join(place, 'cue.wasm');
    const flags = ['-buildmode=c-shared', '-trimpath', '-buildvcs=false', '-ldflags=-s -w'];
    const env = { ...process.env, GOOS: 'wasip1', GOARCH: 'wasm', CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' };
    await run('go', ['build', ...flags, '-o', file, '.'], {
      cwd: folder,
      env: { ...env, GOEXPERIMENT: '', GOWASM: '' },
    });
    return await readFile(file);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

function sumOf(bytes: Uint8Array): string {
  return `${createHash('sha256').update(bytes).digest('hex')}  cue.wasm\n`;
}

async function check(): Promise<string> {
  const kept = await readFile(checksum, 'utf8');
  if (sumOf(zstdDecompressSync(await readFile(built))) !== kept) return 'cue.wasm.zst is not what cue.wasm.sha256 says';
  const [wanted, found] = [await pinnedGo(), await installedGo()];
  if (found !== wanted) {
    process.stdout.write(`not built again: that takes ${wanted}, and ${found ?? 'no Go'} is here\n`);
    return '';
  }
  return sumOf(await build()) === kept
    ? ''
    : 'the source gives other bytes: run npm run cue, and commit what it writes';
}

async function write(level: number): Promise<void> {
  const bytes = await build();
  const params = { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_windowLog]: 25 };
  await writeFile(built, await promisify(zstdCompress)(bytes, { params }));
  await writeFile(checksum, sumOf(bytes));
}

if (process.argv.includes('--check')) {
  const fault = await check();
  if (fault !== '') process.stderr.write(`hub/cue/shim: ${fault}\n`);
  process.exitCode = fault === '' ? 0 : 1;
} else await write(process.argv.includes('--fast') ? 3 : 19);
