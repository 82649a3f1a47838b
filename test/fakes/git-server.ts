import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { git } from './git.ts';
import { released } from './port.ts';

/** A stock Git server on loopback: node:http in front of `git http-backend`, as any host runs it. */
export interface GitServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Where the bare repositories are: `FOLDER/NAME.git`. */
  readonly folder: string;
  /** Makes a bare repository that takes pushes; answers its URL and its folder. */
  readonly create: (name: string) => Promise<{ readonly url: string; readonly gitdir: string }>;
  /** Requests so far, as `METHOD path`. */
  readonly requests: readonly string[];
  readonly close: () => Promise<void>;
}

export interface GitServerOptions {
  /** Where the repositories are kept. */
  readonly folder: string;
  /** Basic authentication that every request must carry. */
  readonly auth?: { readonly username: string; readonly password: string };
  /** A file that each push appends a line to: `NANOSECONDS OLD NEW REF`, stamped in the post-receive hook. */
  readonly stampFile?: string;
  /** A URL that the post-receive hook of each repository calls by POST (with `curl`), as a host's webhook does. */
  readonly notify?: string;
  /** Called when a push has been answered by the backend, hooks included: where a host sends its webhooks from. */
  readonly onPush?: () => void;
  readonly port?: number;
}

/** Starts the server; every child has an end: it dies with its request, and all die with `close`. */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  await mkdir(options.folder, { recursive: true });
  const requests: string[] = [];
  const children = new Set<ChildProcessWithoutNullStreams>();
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    if (!isAllowed(request, options)) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('who are you?\n');
      return;
    }
    const child = runBackend(request, response, options.folder);
    children.add(child);
    child.once('close', () => {
      children.delete(child);
      if (request.method === 'POST' && request.url?.endsWith('/git-receive-pack') === true) options.onPush?.();
    });
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    folder: options.folder,
    requests,
    create: async (name) => {
      const gitdir = join(options.folder, `${name}.git`);
      await git(options.folder, 'init', '--quiet', '--bare', '--initial-branch=main', gitdir);
      await git(gitdir, 'config', 'http.receivepack', 'true');
      await writeHook(gitdir, options);
      return { url: `${url}/${name}.git`, gitdir };
    },
    close: async () => {
      for (const child of children) child.kill('SIGKILL');
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      await released(port);
    },
  };
}

function isAllowed(request: IncomingMessage, { auth }: GitServerOptions): boolean {
  if (auth === undefined) return true;
  const expected = Buffer.from(`${auth.username}:${auth.password}`).toString('base64');
  return request.headers.authorization === `Basic ${expected}`;
}

function runBackend(
  request: IncomingMessage,
  response: ServerResponse,
  folder: string,
): ChildProcessWithoutNullStreams {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const child = spawn('git', ['http-backend'], {
    timeout: 60_000,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      REQUEST_METHOD: request.method,
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      REMOTE_USER: 'tester',
      REMOTE_ADDR: '127.0.0.1',
      ...(request.headers['git-protocol'] === undefined
        ? {}
        : { GIT_PROTOCOL: String(request.headers['git-protocol']) }),
    },
  });
  const body = request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request;
  body.pipe(child.stdin);
  child.stdin.on('error', () => undefined);
  child.stderr.resume();
  relay(child, response);
  response.once('close', () => child.kill('SIGKILL'));
  return child;
}

/** Copies a CGI answer: a header block, an empty line, the body. */
function relay(child: ChildProcessWithoutNullStreams, response: ServerResponse): void {
  let head: Buffer | null = Buffer.alloc(0);
  child.stdout.on('data', (chunk: Buffer) => {
    if (head === null) {
      response.write(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const headers = head.subarray(0, end).toString('latin1').split('\r\n').map(headerPair);
    const status = headers.find(([name]) => name === 'status')?.[1];
    const rest = head.subarray(end + 4);
    head = null;
    response.writeHead(
      Number((status ?? '200').slice(0, 3)),
      Object.fromEntries(headers.filter(([name]) => name !== 'status')),
    );
    response.write(rest);
  });
  child.once('error', () => response.destroy());
  child.once('close', () => (head === null ? response.end() : response.writeHead(500).end()));
}

function headerPair(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

async function writeHook(gitdir: string, { stampFile, notify }: GitServerOptions): Promise<void> {
  if (stampFile === undefined && notify === undefined) return;
  const stamp = stampFile === undefined ? '' : `echo "$now $old $new $ref" >> '${stampFile}'\n`;
  const call =
    notify === undefined ? '' : `curl --silent --max-time 5 --request POST --output /dev/null '${notify}' &\n`;
  const hook = `#!/bin/sh\nnow=$(date +%s%N)\nwhile read -r old new ref; do\n  ${stamp || ':\n'}done\n${call}`;
  const path = join(gitdir, 'hooks', 'post-receive');
  await writeFile(path, hook);
  await chmod(path, 0o755);
}
