import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { asSluiceError, SluiceError } from '../../shared/errors.ts';
import { digestOf, type Digest } from '../../shared/lib/canonical.ts';
import { formats } from '../../shared/wire/formats.ts';
import {
  countSigners,
  parseSignatures,
  payloadTypes,
  signaturesText,
  type SignedBytes,
  type Signer,
} from '../../shared/wire/envelope.ts';
import { rootPaths } from '../../shared/wire/layout.ts';
import type { Root } from '../../shared/wire/root.ts';
import { createSecret, readKeyFile, writeSecret } from './key-files.ts';
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

/**
 * Root documents as read, once each was found to be what it was when it was signed: by its own root keys, and by those of the
 * document before it. Throws CONFIG_INVALID with the path of the first one that is not.
 */
export function verifiedRoots(dir: string, roots: readonly SignedBytes[]): Root[] {
  const documents: Root[] = [];
  for (const [i, { payload, signatures }] of roots.entries()) {
    const path = join(dir, rootPaths(i + 1).document);
    try {
      const document = formats.root.decode(payload);
      const given = parseSignatures(signatures);
      const before = documents.at(-1) ?? document;
      const isSigned = [document, before].every(
        ({ roots: { keys, threshold } }) => countSigners(payloadTypes.root, payload, given, keys) >= threshold,
      );
      if (!isSigned || document.version !== i + 1 || document.channel !== before.channel) throw notAsSigned();
      documents.push(document);
    } catch (error) {
      const { message } = asSluiceError(error);
      const hint = 'move it and its .sig away: both are made again from the ledger';
      throw new SluiceError('CONFIG_INVALID', `a root document is damaged: ${message}`, { path, hint }, error);
    }
  }
  return documents;
}

function notAsSigned(): SluiceError {
  return new SluiceError('SIGNATURE_INVALID', 'its signatures are not over it');
}

/** Signs and writes a root document under its version, durably. The document comes last: with it, the version exists. */
export function writeRootDocument(dir: string, document: Root, signer: Signer): void {
  const payload = formats.root.encode(document);
  const paths = rootPaths(document.version);
  // The signatures of one that is there are never replaced.
  if (existsSync(join(dir, paths.document))) throw alreadyThere(join(dir, paths.document));
  writeSecret(join(dir, paths.signature), signaturesText(signer.sign(payloadTypes.root, payload)));
  if (createSecret(join(dir, paths.document), payload)) return;
  throw alreadyThere(join(dir, paths.document));
}

function alreadyThere(path: string): SluiceError {
  return new SluiceError('EXISTS', 'there is a root document of this version already', { path });
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
