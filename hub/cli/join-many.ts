import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asSluiceError, errorLine, type SluiceError } from '../../shared/errors.ts';
import type { HubClient } from '../api/client.ts';
import { withClient, type HubFlags } from './client.ts';
import type { CliContext } from './context.ts';
import { assertFree, writeJoinFile } from './join-file.ts';
import { parseClusterList, type ListedCluster } from './join-list.ts';
import { joinSteps } from './join-steps.ts';

/** What all clusters of a list are asked for; labels of their own win over these. */
export type JoinWish = Omit<Parameters<HubClient['join']>[0], 'name'>;

/** What is asked at a time: the hub commits together what waits. */
const atATime = 32;

/** What became of one cluster: its join file, or why there is none. */
type Outcome =
  { readonly file: string; readonly line: string; readonly expires: string } | { readonly error: SluiceError };

/**
 * Registers the clusters of a list and writes a join file for each into a folder; says what became of each, a line in the order
 * of the list. A cluster that is refused stops no other. Resolves with the exit status of the first one that was.
 */
export async function joinMany(
  context: CliContext,
  flags: HubFlags,
  { from, out, wish }: { readonly from: string; readonly out: string; readonly wish: JoinWish },
): Promise<number> {
  const { terminal } = context;
  const clusters = parseClusterList(await readList(terminal.path(from), from), from);
  const outcomes: Outcome[] = [];
  await withClient(context, flags, async (client) => {
    for (let next = 0; next < clusters.length; next += atATime) {
      const some = clusters.slice(next, next + atATime);
      const joining = some.map((cluster) => joinOne(client, cluster, { wish, folder: terminal.path(out), shown: out }));
      for (const [index, outcome] of (await Promise.all(joining)).entries()) {
        outcomes.push(outcome);
        const { name } = some[index] ?? { name: '' };
        if ('error' in outcome) terminal.err(`cluster ${name}: ${errorLine(outcome.error)}\n`);
        else terminal.out(`cluster ${name} is registered; its join file is ${outcome.file}\n`);
      }
    }
  });
  const [first] = outcomes.flatMap((outcome) => ('error' in outcome ? [] : [outcome]));
  const failures = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []));
  if (first !== undefined) {
    const { parseJoinLine } = await import('../../shared/wire/join.ts');
    terminal.out(
      `${outcomes.length - failures.length} of ${outcomes.length} join files were written (secrets, valid until ${first.expires})\n` +
        joinSteps(join(out, 'NAME.join'), parseJoinLine(first.line)),
    );
  }
  return failures[0]?.exitCode ?? 0;
}

async function joinOne(
  client: HubClient,
  { name, labels }: ListedCluster,
  { wish, folder, shown }: { readonly wish: JoinWish; readonly folder: string; readonly shown: string },
): Promise<Outcome> {
  const path = join(folder, `${name}.join`);
  const all = { ...wish.labels, ...labels };
  try {
    await assertFree(path);
    const isSilent = wish.labels === null && Object.keys(labels).length === 0;
    const { line, expires } = await client.join({ ...wish, name, labels: isSilent ? null : all });
    await writeJoinFile(path, line);
    return { file: join(shown, `${name}.join`), line, expires };
  } catch (error) {
    return { error: asSluiceError(error) };
  }
}

async function readList(path: string, shown: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw asSluiceError(error, 'USAGE', { path: shown, hint: 'name a file with a line for each cluster' });
  }
}
