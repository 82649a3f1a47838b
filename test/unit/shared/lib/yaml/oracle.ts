import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeFile } from './probes.ts';

/** What kubectl reads for each probe: `{"value": ...}`, or null where it refuses the file. */
export type Reading = { readonly value: unknown } | null;

/** Asks a real kubectl, without any server, how it reads each probe (`annotate --local` decodes files as `apply` does). */
export async function askKubectl(kubectl: string, probes: readonly string[]): Promise<Reading[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-yaml-'));
  try {
    await Promise.all(probes.map((probe, index) => writeFile(join(folder, `p${index}.yaml`), probeFile(probe, index))));
    const files = probes.flatMap((_, index) => ['-f', join(folder, `p${index}.yaml`)]);
    const output = await run(kubectl, ['annotate', '--local', '--overwrite', '-o', 'json', ...files, 'probe=1']);
    const byName = new Map<string, unknown>();
    for (const text of output.split(/(?<=^\})\n/m).filter((part) => part.trim() !== '')) {
      const object = JSON.parse(text) as { metadata: { name: string }; x?: unknown };
      byName.set(object.metadata.name, object.x ?? null);
    }
    return probes.map((_, index) => (byName.has(`p${index}`) ? { value: byName.get(`p${index}`) } : null));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    // It exits with an error as soon as one of the files is bad; what it could read is on its output all the same.
    execFile(program, [...args], { env: { KUBECONFIG: '/dev/null' }, maxBuffer: 2 ** 26 }, (_, stdout) => {
      resolve(stdout);
    });
  });
}
