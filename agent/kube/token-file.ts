import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { SluiceError } from '../../shared/errors.ts';
import { parseYaml } from '../../shared/lib/yaml.ts';

interface Kubeconfig {
  readonly users?:
    readonly { readonly name?: unknown; readonly user?: { readonly tokenFile?: unknown } | null }[] | null;
}

/**
 * The token in the file that a user of a kubeconfig names as `tokenFile`, which the library knows under another name only;
 * a relative path starts at the kubeconfig, as for kubectl. Undefined when the user names none.
 */
export function readTokenFile(kubeconfig: string, user: string): string | undefined {
  const config = parseYaml(readFileSync(kubeconfig), kubeconfig)[0]?.value as Kubeconfig | null | undefined;
  const found = config?.users?.find(({ name }) => name === user)?.user?.tokenFile;
  if (typeof found !== 'string' || found === '') return undefined;
  const path = resolve(dirname(kubeconfig), found);
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new SluiceError('CONFIG_INVALID', 'cannot read the token file of the kubeconfig', { path }, error);
  }
}
