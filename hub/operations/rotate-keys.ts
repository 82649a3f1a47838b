import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asSluiceError, SluiceError } from '../../shared/errors.ts';
import { parseCommit } from '../model/commit.ts';
import { sshSignedBy } from '../keys/sshsig.ts';
import { signerOf } from '../../shared/wire/envelope.ts';
import type { CliContext } from '../cli/context.ts';
import { readData } from './export.ts';
import { ledgerRef } from '../store/ledger/ledger.ts';
import { bundlesToSignAgain } from '../plan/sign-again.ts';
import { keyFiles, retireHubKeys, rotateHubKey } from '../keys/keys.ts';

/** Makes a new hub key in a data folder, and says what comes next. */
export function rotate({ terminal }: CliContext, data: string, rootKey: string | null): void {
  const folder = join(data, 'keys');
  const { root } = rotateHubKey(folder, readRootKey(rootKey ?? join(folder, keyFiles.root)));
  terminal.out(
    `a new hub key is in ${join(folder, keyFiles.hub)}, named by root document ${root.version}\n` +
      'next: start the hub again; when `sluice-hub status` shows every cluster settled, run `sluice-hub keys retire`\n',
  );
}

/**
 * Takes the trust from every hub key but the one at work. Refuses while anything that agents or the next hub must believe is
 * still signed by another one (CONFIG_INVALID).
 */
export async function retire({ terminal }: CliContext, data: string, rootKey: string | null): Promise<void> {
  const folder = join(data, 'keys');
  const waiting = await readData(data, (objects, keys, state) => {
    const head = parseCommit(objects.read(objects.refs().get(ledgerRef) ?? '')?.body ?? new Uint8Array());
    const isOurs = head.signature !== null && sshSignedBy(head.unsigned, head.signature, [keys.hub.publicKey]) !== null;
    return [
      ...(isOurs ? [] : ['the ledger']),
      ...[...bundlesToSignAgain(state, keys.hub)].map((name) => `cluster ${name}`),
    ];
  });
  if (waiting.length > 0) {
    throw new SluiceError('CONFIG_INVALID', `another hub key signed ${waiting.slice(0, 5).join(', ')}`, {
      path: data,
      hint: 'start the hub with its new key first, and let it publish',
    });
  }
  const { root } = retireHubKeys(folder, readRootKey(rootKey ?? join(folder, keyFiles.root)));
  terminal.out(
    `root document ${root.version} names the hub key at work alone\n` +
      'next: start the hub again, which publishes it; a key that was stolen is worth nothing from then on\n',
  );
}

function readRootKey(path: string): string {
  try {
    const seed = readFileSync(path, 'utf8').trim();
    signerOf(seed);
    return seed;
  } catch (error) {
    throw asSluiceError(error, 'CONFIG_INVALID', {
      path,
      hint: 'name the file root.key that `init` made (--root-key)',
    });
  }
}
