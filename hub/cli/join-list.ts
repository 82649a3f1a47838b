import { SluiceError } from '../../shared/errors.ts';
import { hasForm } from '../model/name-forms.ts';
import { parseLabels } from './labels.ts';

/** A cluster of a list. */
export interface ListedCluster {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * The clusters of a list, in its order: a line for each, its name and its labels (`edge-1 env=prod,zone=a`); empty lines and those
 * that begin with `#` say nothing. Throws USAGE or NAME_INVALID with the place of the first line that is wrong.
 */
export function parseClusterList(text: string, path: string): ListedCluster[] {
  const seen = new Map<string, number>();
  const clusters = text.split('\n').flatMap((content, index): ListedCluster[] => {
    const [name = '', ...pairs] = content.trim().split(/[\s,]+/);
    if (name === '' || name.startsWith('#')) return [];
    const line = index + 1;
    const before = seen.get(name);
    if (before !== undefined) {
      const hint = 'leave each cluster one line, with all of its labels';
      throw new SluiceError('USAGE', `${name} is on line ${before}, too`, { path, line, hint });
    }
    seen.set(name, line);
    return [{ name, labels: labelsOf(pairs, { name, path, line }) }];
  });
  if (clusters.length > 0) return clusters;
  throw new SluiceError('USAGE', 'this list names no cluster', { path, hint: 'write NAME key=value,... on each line' });
}

function labelsOf(
  pairs: readonly string[],
  { name, path, line }: { readonly name: string; readonly path: string; readonly line: number },
): Record<string, string> {
  if (!hasForm('label', name)) {
    const hint = 'use lower case letters, digits and dashes, 63 at most';
    throw new SluiceError('NAME_INVALID', `the name "${name}" is not allowed for a cluster`, { path, line, hint });
  }
  try {
    return parseLabels(pairs.filter((pair) => pair !== ''));
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const { subject = '', hint = '' } = error.data;
    throw new SluiceError(error.code, `${error.message}: ${subject}`, { path, line, hint }, error);
  }
}
