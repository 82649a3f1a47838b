import { join } from 'node:path';
import { SluiceError } from '../../errors.ts';
import { textOf } from './text-of.ts';

/** Extensions that change nothing of what is read here, with the values for which that holds; no values = all. */
const readable: Readonly<Record<string, readonly string[]>> = {
  compatobjectformat: [],
  noop: [],
  objectformat: ['sha1'],
  partialclone: [],
  preciousobjects: [],
  refstorage: ['files'],
  relativeworktrees: [],
  worktreeconfig: [],
};

/** What to do with a repository whose objects have longer names. */
export const sha1Hint = 'put the files into a repository made with: git init --object-format=sha1';

const hints: Readonly<Record<string, string>> = {
  objectformat: sha1Hint,
  refstorage: 'run there: git refs migrate --ref-format=files',
};

/**
 * Refuses a repository whose format has an extension that is not known here, as Git's own rule is (gitrepository-layout): its refs
 * or objects would be misread, or seem to be absent. Throws SOURCE_UNAVAILABLE.
 */
export async function requireReadable(gitdir: string): Promise<void> {
  for (const [name, value] of extensionsIn((await textOf(join(gitdir, 'config'))) ?? '')) {
    const values = readable[name];
    if (values !== undefined && (values.length === 0 || values.includes(value))) continue;
    const hint = hints[name] ?? 'clone it anew with a plain git clone';
    throw new SluiceError(
      'SOURCE_UNAVAILABLE',
      `this Git repository has extensions.${name} = ${value}, which cannot be read here`,
      { hint },
    );
  }
}

/** Names and values of the section `extensions`, in lower case, as Git compares them. */
function extensionsIn(config: string): [name: string, value: string][] {
  const found: [string, string][] = [];
  let isInside = false;
  for (const line of config.split('\n').map((one) => one.trim().toLowerCase())) {
    if (line.startsWith('[')) isInside = /^\[extensions\]/.test(line);
    const [, name, value] = isInside
      ? (/^(?:\[extensions\])?\s*([a-z][a-z0-9-]*)\s*(?:=\s*"?([^"#;]*))?/.exec(line) ?? [])
      : [];
    if (name !== undefined) found.push([name, (value ?? 'true').trim()]);
  }
  return found;
}
