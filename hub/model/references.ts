import { cleanPath, compileGlob, globFault } from './glob.ts';

/** What a component names of the repository: `path` is a file, or a folder with all manifests below it; `glob` is a pattern. */
export interface FileReferences {
  readonly path?: string;
  readonly glob?: string;
}

/** True for the name of a file that may hold documents; Git's own folder never does. */
export function isManifest(path: string): boolean {
  return /\.(?:ya?ml|json)$/i.test(path) && !/(?:^|\/)\.git\//.test(path);
}

/** What the properties of a component name. */
export function referencesOf(properties: unknown): FileReferences {
  if (typeof properties !== 'object' || properties === null) return {};
  const { path, glob } = properties as Readonly<Record<string, unknown>>;
  return {
    ...(typeof path === 'string' && path !== '' && { path }),
    ...(typeof glob === 'string' && glob !== '' && { glob }),
  };
}

/** What is wrong with a reference, and what to do; null where it can be followed. */
export function referenceFault(
  key: keyof FileReferences,
  reference: string,
): { readonly message: string; readonly hint: string } | null {
  if (/^\/|(?:^|\/)\.\.(?:\/|$)/.test(reference)) {
    const hint = 'write it from the top folder of the repository, without ..';
    return { message: `${reference} leads out of the repository`, hint };
  }
  const fault = key === 'glob' ? globFault(reference) : null;
  return fault === null ? null : { message: fault, hint: 'name a folder with properties.path, or use fewer wildcards' };
}

/** Says of the path of a file whether the references name it. */
export function referenceMatcher({ path, glob }: FileReferences): (candidate: string) => boolean {
  const file = path === undefined ? null : cleanPath(path);
  const pattern = glob === undefined ? null : compileGlob(glob);
  return (candidate) =>
    candidate === file ||
    (isManifest(candidate) && ((file !== null && isBelow(candidate, file)) || pattern?.names(candidate) === true));
}

function isBelow(candidate: string, folder: string): boolean {
  return folder === '' || folder === '.' || candidate.startsWith(`${folder}/`);
}
