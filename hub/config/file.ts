import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { asSluiceError, SluiceError } from '../../shared/errors.ts';
import { parseYaml } from '../../shared/lib/yaml.ts';
import { configFlags, type ConfigFlag } from './flags.ts';
import { readMember, withMember, type ConfigPath } from './members.ts';
import { hubFile, type HubFile } from './schema.ts';

/** Reads a configuration file; throws CONFIG_INVALID with the place of the first member that is wrong. */
export async function readHubFile(file: string): Promise<HubFile> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw asSluiceError(error, 'CONFIG_INVALID', { path: file });
  });
  const [document, ...more] = parseYaml(bytes, file);
  if (document === undefined || more.length > 0) {
    throw new SluiceError('CONFIG_INVALID', 'the configuration is one YAML document', { path: file });
  }
  const parsed = hubFile.safeParse(document.value ?? {});
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const spot = document.locate(issue?.path ?? []);
    const what = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`.replace(/^: /, '');
    throw new SluiceError('CONFIG_INVALID', what, { path: file, line: spot.line, column: spot.column });
  }
  return withAbsolutePaths(parsed.data, dirname(resolve(file)));
}

/** The members that are paths: those whose flag is one, the folder of the config repository, which is an argument, and one without a flag. */
const pathMembers: readonly ConfigPath[] = [
  'source.dir',
  'effects.secretsDir',
  ...Object.values<ConfigFlag>(configFlags)
    .filter(({ kind }) => kind === 'path')
    .map(({ to }) => to),
];

function withAbsolutePaths(file: HubFile, folder: string): HubFile {
  return pathMembers.reduce((result, member) => {
    const value = readMember(file, member);
    return typeof value === 'string' ? withMember(result, member, resolve(folder, value)) : result;
  }, file);
}
