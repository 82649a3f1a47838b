import { join } from 'node:path';
import type { HttpClient, HttpOptions } from '../../shared/adapters/http/client.ts';
import { SluiceError } from '../../shared/errors.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import type { HubConfig } from '../config/config.ts';
import { readTextFile } from '../config/text-file.ts';
import { createEffectRunner, type EffectRunner } from '../effects/runner.ts';
import { mayConnect } from '../model/hosts.ts';

/** What doing effects needs from outside; `changed` starts a pass. */
export interface EffectPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly createHttp: (options: HttpOptions) => HttpClient;
  readonly changed: () => void;
  readonly signal: AbortSignal;
}

/** A runner with connections of its own: they lead where the configuration allows it, and nowhere else. */
export function openEffects(
  { effects: { allow, secretsDir }, source: { caFile } }: Pick<HubConfig, 'effects' | 'source'>,
  { createHttp, ...ports }: EffectPorts,
): EffectRunner & Pick<HttpClient, 'close'> {
  const ca = caFile === null ? [] : [readTextFile(caFile)];
  const http = createHttp({ ca, allowPlain: true, mayConnect: (address) => mayConnect(address, allow) });
  // Read at each try, so that a rotated secret is used at once.
  const secret = (name: string, key: string): string => {
    if (secretsDir !== null) return readTextFile(join(secretsDir, name, key));
    const hint = 'set effects.secretsDir in the configuration of the hub';
    throw new SluiceError('CONFIG_INVALID', `there is no secret ${name}/${key}: the hub has none`, { hint });
  };
  return { ...createEffectRunner({ ...ports, http, allow, secret }), close: http.close };
}
