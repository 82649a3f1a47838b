import { SluiceError } from '../../shared/errors.ts';

/** What a data folder holds when a hub is opened; `gone` = nothing was ever written there, or all of it was lost. */
export interface FoundKeys {
  readonly hubKey: 'there' | 'gone';
  /** The first root document, which names the channel. */
  readonly roots: 'there' | 'gone';
  /** The keys have signed nothing yet: their making, or the first start after it, was cut. */
  readonly areUnused: boolean;
  /** The ledger, here or on its Git host. */
  readonly ledger: 'there' | 'gone';
  /** What was published, here or on its Git host. */
  readonly channel: 'there' | 'gone';
  /** A ledger may be begun with keys that were made before. */
  readonly mayBegin: boolean;
}

/** Make the keys that are missing and begin a ledger, begin one with the keys that are there, or go on with what is there. */
export type KeysDecision = 'make' | 'begin' | 'go on';

/** Where the words about a lost hub are. */
const lostHub = 'docs/operations.md, "A lost hub"';

/**
 * Decides what becomes of the keys of a data folder. Keys are made, and a ledger is begun, only where nothing was ever signed:
 * anything else is a loss, which is refused with words. Throws CONFIG_INVALID or LEDGER_INVALID; `path` is
 * the folder of keys, for its words. Pure.
 */
export function decideKeys(found: FoundKeys, path: string): KeysDecision {
  if (found.ledger === 'there') return goOn(found, path);
  if (found.channel === 'there') throw ledgerLost(path, 'what it published is there, and the ledger is not');
  if (found.areUnused || (found.hubKey === 'gone' && found.roots === 'gone')) return 'make';
  if (found.hubKey === 'gone') throw keyLost(path);
  if (found.roots === 'gone') {
    throw new SluiceError('CONFIG_INVALID', 'the root documents are missing, and so is the ledger that has them, too', {
      path,
      hint: `bring back ledger.git, or the folder keys/root: ${lostHub}`,
    });
  }
  if (found.mayBegin) return 'begin';
  throw ledgerLost(path, 'the keys are there, and the ledger that they signed is not');
}

function goOn({ hubKey }: FoundKeys, path: string): KeysDecision {
  if (hubKey === 'gone') throw keyLost(path);
  return 'go on';
}

function keyLost(path: string): SluiceError {
  return new SluiceError('CONFIG_INVALID', 'the hub key is missing (hub.key)', {
    path,
    hint: `bring it back from where its copy is kept, or name that with --key-file: ${lostHub}`,
  });
}

function ledgerLost(path: string, why: string): SluiceError {
  return new SluiceError('LEDGER_INVALID', why, {
    path,
    hint:
      `bring ledger.git back from its Git host or a backup: ${lostHub}; ` +
      'with keys that never signed one, run `sluice-hub init`, or set beginLedger in the configuration',
  });
}
