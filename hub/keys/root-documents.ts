import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SluiceError } from '../../shared/errors.ts';
import { digestOf, type Digest } from '../../shared/lib/canonical.ts';
import { formats } from '../../shared/wire/formats.ts';
import { payloadTypes, signaturesText, type SignedBytes, type Signer } from '../../shared/wire/envelope.ts';
import { rootPaths } from '../../shared/wire/layout.ts';
import type { Root } from '../../shared/wire/root.ts';
import { readKeyFile, writeSecret } from './key-files.ts';
import type { HubKeys } from './types.ts';

/** Every root document in a folder of keys, version 1 first. */
export function readRootDocuments(dir: string): SignedBytes[] {
  const roots: SignedBytes[] = [];
  for (let version = 1; existsSync(join(dir, rootPaths(version).document)); version += 1) {
    const { document, signature } = rootPaths(version);
    roots.push({ payload: readKeyFile(join(dir, document)), signatures: readKeyFile(join(dir, signature)) });
  }
  return roots;
}

/** Signs and writes a root document under its version, durably. The document comes last: with it, the version exists. */
export function writeRootDocument(dir: string, document: Root, signer: Signer): void {
  const payload = formats.root.encode(document);
  const paths = rootPaths(document.version);
  writeSecret(join(dir, paths.signature), signaturesText(signer.sign(payloadTypes.root, payload)));
  writeSecret(join(dir, paths.document), payload);
}

/** The digest that a join line carries: sha256 of the bytes of root/1.json. */
export function rootFingerprint(keys: Pick<HubKeys, 'roots'>): Digest {
  const [first] = keys.roots;
  if (first === undefined) throw new SluiceError('ROOT_INVALID', 'there is no root document');
  return digestOf(first.payload);
}

/** The files of all root documents by their path in the channel. */
export function rootFiles(keys: Pick<HubKeys, 'roots'>): Map<string, Uint8Array> {
  return new Map(
    keys.roots.flatMap(({ payload, signatures }, i): [string, Uint8Array][] => [
      [rootPaths(i + 1).document, payload],
      [rootPaths(i + 1).signature, signatures],
    ]),
  );
}
