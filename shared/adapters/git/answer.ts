import { SluiceError } from '../../errors.ts';
import { packets, type Packet } from '../../lib/git/pkt-line.ts';

/** All packets of a Git server's whole answer; throws UNAVAILABLE where it was cut or is not a pkt-line stream. */
export function answerPackets(body: Uint8Array): Packet[] {
  return packets(body, (why) => broken(why === 'cut' ? "the Git server's answer was cut" : 'this is not a Git server'));
}

/** The error of a Git answer that cannot be used: asking again may help. */
export function broken(message: string): SluiceError {
  return new SluiceError('UNAVAILABLE', message);
}
