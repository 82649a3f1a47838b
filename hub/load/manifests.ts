import type { ManifestReader } from '../model/manifest-reader.ts';
import type { FileReader } from './reader.ts';

/** Reads the manifests that components name as files are read. */
export function manifestReader(reader: FileReader): ManifestReader {
  return async ({ path, text }, signal) => {
    const [file] = await reader.read([{ path, bytes: Buffer.from(text), all: true }], signal);
    const problem = file?.broken?.problem;
    if (problem === undefined) return file?.documents ?? [];
    const { line = 1, column = 1 } = problem.place ?? {};
    return { code: problem.code, message: `${problem.message} (${path}:${line}:${column})` };
  };
}
