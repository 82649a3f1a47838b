import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type { UploadPackService } from '../../../../../hub/server/git/service.ts';

/** A Git endpoint on a free loopback port, as the hub mounts it, with what was asked of it. */
export interface GitServer {
  readonly url: string;
  readonly requests: { readonly url: string; readonly protocol: string; readonly gzip: boolean }[];
  visible: (ref: string) => boolean;
  reads: 'tips' | 'history';
  readonly close: () => Promise<void>;
}

export async function serveUploadPack(service: UploadPackService): Promise<GitServer> {
  const server: Server = createServer((request, response) => {
    void bodyOf(request).then(async (body) => {
      const protocol = String(request.headers['git-protocol'] ?? '');
      shown.requests.push({ url: request.url ?? '', protocol, gzip: request.headers['content-encoding'] === 'gzip' });
      const facts = { protocol, isVisible: shown.visible, reads: shown.reads };
      const answer = await (request.method === 'GET'
        ? service.advertise(facts)
        : service.uploadPack({ ...facts, body }));
      response.writeHead(200, { 'content-type': answer.contentType }).end(Buffer.concat(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const shown: GitServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/channel.git`,
    requests: [],
    visible: () => true,
    reads: 'history',
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
  return shown;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}
