import { SluiceError } from '../../shared/errors.ts';
import { builtinDefinitions } from '../definitions/catalog.ts';
import { explainAll, type Explained } from '../definitions/explain.ts';
import { suggestion } from '../validate/problems.ts';

/** What there is to know of every built-in type. */
export function explainLibrary(): readonly Explained[] {
  return explainAll(builtinDefinitions);
}

/** The same of one type; throws USAGE, with what may be meant, where there is none. */
export function explainType(type: string): readonly Explained[] {
  const pages = explainLibrary();
  const found = pages.filter((page) => page.type === type);
  if (found.length > 0) return found;
  const types = pages.map((page) => page.type);
  const hint = suggestion(type, types, 'types', 'sluice-hub definitions list');
  throw new SluiceError('USAGE', 'not a built-in type', { subject: type, hint });
}
