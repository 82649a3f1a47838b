import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { SluiceError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { CrashedTemplates } from '../model/crashed-templates.ts';

const stored = z.array(z.strictObject({ digest: z.string(), subject: z.string(), since: z.string() }));

/** The most templates that are remembered; the oldest go first, and are tried again. */
const remembered = 1_000;

/**
 * The templates that crashed the evaluator, in a file: without it a hub that starts again would evaluate each of them again.
 * A file that cannot be read counts as empty; without the file everything is tried again.
 */
export async function openCrashedTemplates(
  path: string,
  { clock, log }: { readonly clock: Pick<Clock, 'now'>; readonly log: Log },
): Promise<CrashedTemplates> {
  const known = new Map((await read(path, log)).map((entry) => [entry.digest, entry]));
  return {
    has: (digest) => known.has(digest),
    add: async (digest, subject) => {
      known.set(digest, { digest, subject, since: new Date(clock.now()).toISOString() });
      for (const oldest of [...known.keys()].slice(0, -remembered)) known.delete(oldest);
      const hint = 'it is not evaluated again until it or what it is given changes';
      log.warn('a template crashed the evaluator', { template: subject, digest, hint });
      try {
        await writeFile(`${path}.tmp`, `${JSON.stringify([...known.values()], null, 2)}\n`, { mode: 0o600 });
        await rename(`${path}.tmp`, path);
      } catch (error) {
        log.warn('a template that crashed the evaluator could not be remembered', { path, error });
      }
    },
  };
}

async function read(path: string, log: Log): Promise<z.infer<typeof stored>> {
  try {
    const text = await readFile(path, 'utf8');
    const parsed = stored.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    throw new SluiceError('CONFIG_INVALID', 'not a list of templates', { path });
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isMissing) log.warn('the list of templates that crashed the evaluator cannot be read', { path, error });
    return [];
  }
}
