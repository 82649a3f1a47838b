import { isSluiceError } from '../../../shared/errors.ts';
import { by } from '../../../shared/lib/order.ts';
import type { ObjectStore } from '../../model/objects.ts';
import { startSlices } from '../../../shared/lib/slices.ts';
import type { GitReply, GitRequest, UploadPackService } from './service.ts';
import { openHistory } from './history.ts';
import { flush, packet } from '../../../shared/lib/git/pkt-line.ts';
import { advertiseV0, uploadPackV0 } from './v0.ts';
import { advertiseV2, commandV2 } from './v2.ts';
import type { GitView } from './view.ts';

const service = 'git-upload-pack';

/**
 * Serves a repository read-only over smart HTTP, protocols 0, 1 and 2, straight from its packs. A caller sees the
 * visible refs and what they lead to, and nothing else; a request that is wrong gets an `ERR` packet.
 */
export function openUploadPack(
  store: Pick<ObjectStore, 'refs' | 'has' | 'read' | 'packed'>,
  agent: string,
): UploadPackService {
  const history = openHistory(store);
  const viewOf = ({ isVisible, reads }: GitRequest): GitView => {
    const refs = new Map([...store.refs()].filter(([ref, at]) => isVisible(ref, at)).sort(by(([ref]) => ref)));
    return { refs, reader: store, history, agent, reads, slices: startSlices() };
  };
  return {
    advertise: async (request) => {
      const version = versionOf(request.protocol);
      const lines = () => (version === 2 ? advertiseV2(viewOf(request)) : advertiseV0(viewOf(request), version));
      return reply('advertisement', () => [packet(`# service=${service}\n`), flush, ...lines()]);
    },
    uploadPack: ({ body, ...request }) =>
      reply('result', () => {
        const view = viewOf(request);
        return versionOf(request.protocol) === 2 ? commandV2(view, body) : uploadPackV0(view, body);
      }),
  };
}

async function reply(
  kind: 'advertisement' | 'result',
  parts: () => readonly Uint8Array[] | Promise<readonly Uint8Array[]>,
): Promise<GitReply> {
  const contentType = `application/x-${service}-${kind}`;
  try {
    return { contentType, body: await parts() };
  } catch (error) {
    if (!isSluiceError(error)) throw error;
    return { contentType, body: [packet(`ERR ${error.message}\n`)] };
  }
}

/** The protocol that a Git-Protocol header asks for; the highest supported one wins. */
function versionOf(header: string): 0 | 1 | 2 {
  const asked = header.split(':').map((word) => word.trim());
  if (asked.includes('version=2')) return 2;
  return asked.includes('version=1') ? 1 : 0;
}
