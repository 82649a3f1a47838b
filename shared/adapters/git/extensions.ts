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
 * Refuses a repository whose format cannot be read here: its refs or objects would be misread, or seem to be absent. As Git's own rule is
 * (repository-version), an extension that is not known counts from version 1 of the format on. Throws
 * SOURCE_UNAVAILABLE with the name as its fact `extension`.
 */
export async function requireReadable(gitdir: string): Promise<void> {
  const config = (await textOf(join(gitdir, 'config'))) ?? '';
  const version = settingsIn(config, 'core').findLast(([name]) => name === 'repositoryformatversion')?.[1] ?? '0';
  for (const [name, value] of settingsIn(config, 'extensions')) {
    const values = readable[name];
    if (values === undefined ? version === '0' : values.length === 0 || values.includes(value)) continue;
    const hint = hints[name] ?? 'clone it anew with a plain git clone';
    throw new SluiceError(
      'SOURCE_UNAVAILABLE',
      `this Git repository has extensions.${name} = ${value}, which cannot be read here`,
      { hint, facts: { extension: name } },
    );
  }
}

/** Names and values of a section of Git's settings, in lower case, as Git compares them. */
function settingsIn(config: string, section: string): [name: string, value: string][] {
  const found: [string, string][] = [];
  const header = `[${section}]`;
  let isInside = false;
  for (const line of config.split('\n').map((one) => one.trim().toLowerCase())) {
    if (line.startsWith('[')) isInside = line.startsWith(header);
    const setting = line.startsWith(header) ? line.slice(header.length) : line;
    const [, name, value] = isInside ? (/^\s*([a-z][a-z0-9-]*)\s*(?:=\s*"?([^"#;]*))?/.exec(setting) ?? []) : [];
    if (name !== undefined) found.push([name, (value ?? 'true').trim()]);
  }
  return found;
}
