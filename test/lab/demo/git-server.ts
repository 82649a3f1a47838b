import { readFileSync } from 'node:fs';
import { request as plain } from 'node:http';
import { request as secured } from 'node:https';
import { join } from 'node:path';
import { startGitServer } from '../../fakes/git-server.ts';
import { gitServerFiles, type Webhook } from './git-server-files.ts';

/** `node test/lab/demo/git-server.ts FOLDER`: a stock Git server with one repository, which sends a webhook after each push when `webhook.json` says where to. */
const folder = process.argv[2] ?? '.';
const server = await startGitServer({
  folder: join(folder, 'git'),
  stampFile: join(folder, gitServerFiles.stamps),
  onPush: () => {
    const hook = webhook();
    if (hook !== null) send(hook);
  },
});
const { url } = await server.create('config');
process.stdout.write(`${url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());

function webhook(): Webhook | null {
  try {
    return JSON.parse(readFileSync(join(folder, gitServerFiles.webhook), 'utf8')) as Webhook;
  } catch {
    return null;
  }
}

// As GitLab does: a token in a header. The answer does not matter to the host.
function send({ url: target, secret }: Webhook): void {
  const request = target.startsWith('https:') ? secured : plain;
  const call = request(target, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-gitlab-token': secret },
  });
  call.on('error', () => undefined);
  call.on('response', (response) => response.resume());
  call.end(JSON.stringify(lastPush()));
}

/** What the hosts' webhooks say of a push: the ref, and the commits that it was and is at. */
function lastPush(): { readonly ref: string; readonly before: string; readonly after: string } {
  const lines = readFileSync(join(folder, gitServerFiles.stamps), 'utf8').trimEnd().split('\n');
  const [, before = '', after = '', ref = ''] = (lines.at(-1) ?? '').split(' ');
  return { ref, before, after };
}
